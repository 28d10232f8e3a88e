"""The worker inside the server: at once after a deed, one channel's trouble its own, and a short stop."""

import asyncio
import threading
import time
from collections import Counter
from functools import partial

import asyncpg
import pytest

from capcom_gql.forms import OrganisationForm
from capcom_gql.storage.tables import Delivery, Event, Subscription
from capcom_gql.workers import sweeper
from capcom_gql.workers.delivery_pool import MESSAGES_AT_ONCE, DeliveryPool
from capcom_gql.workers.embedded import embedded_worker
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import HANG, eventually, promised
from tests.services.house import House, Service, states
from tests.workers.staff_room import StaffRoom, a_deed, called

HANGS = "await asyncio.sleep(600)"
SLOW = "await asyncio.sleep(0.5)\nreturn Sent()"


def crew_of(service: Service) -> DeliveryPool:
    """The hands of this process."""
    return DeliveryPool(service.runtime, service.registry, asyncio.Event())


@ONLY_SQLITE
async def test_letters_go_at_once_after_a_deed(house: House, room: StaffRoom) -> None:
    """One after another: an idle server looks once in a second, so a wait would be about as long each time."""
    house.channel("post")
    api = room.api()
    waits = []
    for turn, name in enumerate(("ana", "bob", "cleo", "dan", "eve"), start=1):
        await a_deed(api, name)
        began = time.monotonic()
        await eventually(partial(called, house, turn))
        waits.append(time.monotonic() - began)
    assert sorted(waits)[2] < promised(0.5), waits
    api.stop()
    assert await states() == {"SENT": 5}


async def test_a_deed_wakes_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeper comes by itself after longer than this waits."""
    for wait in ("INTERVAL", "MAX_INTERVAL"):
        monkeypatch.setattr(sweeper, wait, HANG)
    house.channel("post")
    service = await house.start()
    pool = crew_of(service)
    async with embedded_worker(pool):
        await service.subscribe("ana", "bob")
        pool.woken.set()
        await eventually(lambda: len(house.calls("post")) == 2)
    assert await states() == {"SENT": 2}


@pytest.mark.parametrize("where", ["", "hangs,post"], ids=["in child processes", "in this process"])
async def test_a_channel_that_hangs_holds_up_no_other(house: House, where: str) -> None:
    house.channel("hangs", HANGS)
    house.channel("post")
    service = await house.start(SEND_TIMEOUT="300", PLUGINS_IN_PROCESS=where)
    pool = crew_of(service)
    async with embedded_worker(pool):
        for turn in range(1, 9):
            await service.subscribe(f"u{turn}")
            pool.woken.set()
            await eventually(partial(called, house, turn))
        assert len(house.calls("hangs")) == MESSAGES_AT_ONCE
        began = time.monotonic()
    assert time.monotonic() - began < promised(9), "what hangs is not waited for"
    assert await states(channel="post") == {"SENT": 8}
    # given up at the stop, or not begun: each is there for the next worker
    assert await states(channel="hangs") == {"PENDING": 8}


@ONLY_SQLITE
async def test_threads_of_the_loop_that_are_all_busy_hold_up_nothing(house: House) -> None:
    """A plugin may keep the loop's own threads for as long as it likes: letters go, and the stop is short."""
    house.channel("post")
    service = await house.start()
    over = threading.Event()
    kept = [asyncio.create_task(asyncio.to_thread(over.wait, HANG)) for _ in range(40)]
    try:
        pool = crew_of(service)
        async with embedded_worker(pool):
            await service.subscribe("ana", "bob")
            pool.woken.set()
            await eventually(lambda: len(house.calls("post")) == 2)
            began = time.monotonic()
        assert time.monotonic() - began < promised(5)
        assert not any(task.done() for task in kept)
    finally:
        over.set()
        await asyncio.gather(*kept)
    assert await states() == {"SENT": 2}


@ONLY_POSTGRES
async def test_letters_go_while_steps_take_long(house: House) -> None:
    """Another transaction holds a term that is due to fall: its step waits, and the letters do not."""
    house.channel("post")
    service = await house.start()
    held = (await service.subscribe("ana", organisation=OrganisationForm("Ville d'Aubry"))).subscription_id
    await service.tick()
    await house.after_the_deadline()
    other = await asyncpg.connect(house.database_url)
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT 1 FROM term WHERE subscription_id = $1 FOR UPDATE", held)
        pool = crew_of(service)
        async with embedded_worker(pool):
            await service.subscribe("bob", organisation=OrganisationForm("Ville de Bourg"))
            await eventually(lambda: len(house.calls("post")) == 2)
            assert (await Subscription.get(id=held)).leased_until is not None
            assert not await Event.filter(kind="term.cancelled").exists()
            await transaction.rollback()
            await eventually(lambda: len(house.calls("post")) == 3)
    finally:
        await other.close()
    assert await Event.filter(kind="term.cancelled").count() == 1


@ONLY_SQLITE
async def test_what_is_in_flight_at_a_stop_ends_and_the_rest_goes_next_time(house: House) -> None:
    house.channel("post", SLOW)
    service = await house.start()
    async with embedded_worker(crew_of(service)):
        await service.subscribe(*(f"u{seat}" for seat in range(10)), plan="COLLECTIF")
        await eventually(lambda: len(house.calls("post")) >= 2)
        began = time.monotonic()
    assert time.monotonic() - began < promised(5)
    begun = len(house.calls("post"))
    assert await states() == {"SENT": begun, "PENDING": 10 - begun}
    assert not await Delivery.filter(leased_until__isnull=False).exists()
    async with embedded_worker(crew_of(await house.start())):
        await eventually(lambda: len(house.calls("post")) == 10)
    assert await states() == {"SENT": 10}
    assert set(Counter(call.delivery_id for call in house.calls("post")).values()) == {1}
