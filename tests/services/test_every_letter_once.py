"""A letter goes once, whoever sends it and whatever dies: claims, leases, fencing (both engines)."""

import asyncio
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

from tortoise import connections

from capcom_gql import clock
from capcom_gql.delivery import dispatch
from capcom_gql.delivery.leases import LEASE, claim_next
from capcom_gql.storage.engine.database import in_one_transaction, rows
from capcom_gql.storage.tables import Delivery, DeliveryAttempt
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import LONG, eventually, promised
from tests.processes import environment
from tests.services.house import LONG_AGO, House, Service, states

SLOW = "await asyncio.sleep(0.5)\nreturn Sent()"
A_MOMENT = "await asyncio.sleep(0.01)"


def a_worker(house: House, **settings: str) -> subprocess.Popen[bytes]:
    """`capcom tick --until-idle`, in a process of its own."""
    outer = environment(house.database_url, house.folder)
    return subprocess.Popen(
        [sys.executable, "-m", "capcom_gql", "tick", "--until-idle"],
        env=outer | house.environment(**settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def called(house: House, times: int) -> None:
    """Wait until the channel was called so often."""
    await eventually(lambda: len(house.calls("post")) >= times)


async def test_two_workers_and_a_slow_channel(house: House) -> None:
    """The last letters wait longer than a lease lasts: no worker holds what it is not sending."""
    house.channel("post", SLOW)
    one = await house.start(SEND_TIMEOUT="5")
    two = await house.start(SEND_TIMEOUT="5")
    for organisation in range(2):
        await one.subscribe(*(f"u{organisation}{seat}" for seat in range(10)), plan="COLLECTIF")

    async def work(worker: Service) -> None:
        while await Delivery.filter(state__in=("PENDING", "RETRYING")).exists():
            await worker.tick()
            await asyncio.sleep(0.1)

    began = time.monotonic()
    await asyncio.gather(work(one), work(two), work(one), work(two))
    assert time.monotonic() - began < promised(20)
    assert await states() == {"SENT": 20}
    assert set(Counter(call.delivery_id for call in house.calls("post")).values()) == {1}
    assert await DeliveryAttempt.all().count() == len(house.calls("post")) == 20


@ONLY_SQLITE
async def test_two_processes_on_one_database(house: House) -> None:
    house.channel("post", "await asyncio.sleep(0.1)\nreturn Sent()")
    service = await house.start()
    await service.subscribe(*(f"u{seat}" for seat in range(10)), plan="COLLECTIF")
    workers = [a_worker(house), a_worker(house)]
    async with asyncio.timeout(LONG):
        assert [await asyncio.to_thread(worker.wait) for worker in workers] == [0, 0]
    assert await states() == {"SENT": 10}
    assert set(Counter(call.delivery_id for call in house.calls("post")).values()) == {1}


async def test_what_a_dead_worker_held_is_taken_up_after_its_lease(house: House) -> None:
    house.channel("post", "if message.attempt == 1:\n    await asyncio.sleep(600)\nreturn Sent()")
    service = await house.start(SEND_TIMEOUT="300")
    await service.subscribe("ana")
    worker = a_worker(house, SEND_TIMEOUT="300")
    try:
        await called(house, 1)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    delivery = await Delivery.get()
    assert (delivery.state, delivery.attempt) == ("PENDING", 1)
    # however long a send may last: whoever lives renews the lease
    assert delivery.leased_until is not None
    assert timedelta(0) < delivery.leased_until - clock.utc_now() <= LEASE
    assert (await service.tick())[1] == 0, "the lease of whoever may still be sending is not over"
    await Delivery.all().update(leased_until=clock.utc_now())
    assert (await service.tick())[1] == 1
    assert await states() == {"SENT": 1}
    assert [call.attempt for call in house.calls("post")] == [1, 2]


async def test_the_outcome_of_an_older_attempt_is_not_written(house: House) -> None:
    """A worker that comes back after its lease finds that another has begun a later attempt."""
    house.mood("")
    house.channel("post", f"while str(message.attempt) not in MOOD.read_text():\n    {A_MOMENT}\nreturn Sent(mood)")
    service = await house.start()
    await service.subscribe("ana")
    late = asyncio.create_task(service.tick())
    await called(house, 1)
    await Delivery.all().update(leased_until=LONG_AGO)
    other = asyncio.create_task(service.tick())
    await called(house, 2)
    house.mood("1")
    await late
    between = await Delivery.get()
    assert (between.state, between.attempt, bool(between.provider_id)) == ("PENDING", 2, False)
    assert between.leased_until is not None and between.leased_until > clock.utc_now(), "the other's lease stands"
    house.mood("1 2")
    await other
    delivery = await Delivery.get()
    assert (delivery.state, delivery.attempt, delivery.leased_until) == ("SENT", 2, None)
    # both did happen, and both can be seen
    assert await DeliveryAttempt.all().order_by("number").values_list("number", "outcome") == [(1, "SENT"), (2, "SENT")]


@ONLY_POSTGRES
async def test_a_letter_that_took_long_to_write_is_not_sent_twice(house: House, service: Service) -> None:
    """Its worker waited for the database for longer than the lease, and another has taken the letter up."""
    await service.subscribe("ana")
    locked, free = asyncio.Event(), asyncio.Event()

    async def lock() -> None:
        await rows("LOCK TABLE onetimelink IN SHARE MODE")
        locked.set()
        await free.wait()

    async def claimed(attempt: int) -> None:
        async with asyncio.timeout(LONG):
            while (await Delivery.get()).attempt < attempt:  # noqa: ASYNC110  the worker tells nobody
                await asyncio.sleep(0.01)

    locking = asyncio.create_task(in_one_transaction(lock))
    await locked.wait()
    slow = asyncio.create_task(service.tick())
    await claimed(1)
    await Delivery.all().update(leased_until=LONG_AGO)
    other = asyncio.create_task(service.tick())
    await claimed(2)
    free.set()
    await asyncio.gather(locking, slow, other)
    assert [call.attempt for call in house.calls("post")] == [2]
    assert await states() == {"SENT": 1}


async def test_an_outcome_does_not_undo_an_end(service: Service) -> None:
    """A letter that is over, by whatever hand, is not brought back by an attempt that ends after it."""
    await service.subscribe("ana")
    await Delivery.all().update(state="SUPPRESSED", reason="by hand", attempt=1)
    stale = await Delivery.get()
    await dispatch._write_result(stale, 1, {"state": "SENT"})
    assert (await Delivery.get()).reason == "by hand"
    assert await states() == {"SUPPRESSED": 1}


async def test_a_second_tick_sends_nothing(house: House, service: Service) -> None:
    await service.subscribe("ana", "bob")
    assert await service.tick() == (0, 2)
    assert await service.tick() == (0, 0)
    assert len(house.calls("post")) == 2


@ONLY_POSTGRES
async def test_a_claim_takes_one_letter_whatever_the_plan(house: House, service: Service) -> None:
    """A plan that asks for the next letter once per row would claim several, and send one of them."""
    await service.subscribe(*(f"u{seat}" for seat in range(5)))
    name = house.database_url.rpartition("/")[2]
    for way in ("hashagg", "hashjoin", "mergejoin", "material", "sort", "indexscan", "bitmapscan", "memoize"):
        await rows(f'ALTER DATABASE "{name}" SET enable_{way} = off')
    await connections.get("default")._pool.expire_connections()
    assert await rows("SHOW enable_hashagg") == [{"enable_hashagg": "off"}]
    assert await claim_next() is not None
    assert sorted([each.attempt for each in await Delivery.all()]) == [0, 0, 0, 0, 1]
