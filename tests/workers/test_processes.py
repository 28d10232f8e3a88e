"""Servers and workers in processes of their own, with a Redis between them: told at once, and never lost."""

from collections import Counter
from functools import partial

import pytest

from capcom_gql.storage.tables import Delivery
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import eventually, promised
from tests.redis_server import Redis
from tests.services.house import House, states
from tests.workers.staff_room import IDLE_WORKER, StaffRoom, a_deed, called

SLOW = "await asyncio.sleep(1 if mood == 'slow' else 0)\nreturn Sent()"
WHO_SENT = "import os\nawait asyncio.sleep(0.2)\nreturn Sent(str(os.getpid()))"


async def test_a_deed_on_the_api_is_told_at_once(house: House, room: StaffRoom, redis: Redis) -> None:
    """The worker's own sweep comes after longer than this waits: it is the message that brings it."""
    house.channel("post")
    worker = room.worker(*IDLE_WORKER, BROKER_URL=redis.url)
    api = room.api("--api-only", BROKER_URL=redis.url)
    await a_deed(api, "ana")
    # it may have to boot first, and looks when it has
    await eventually(lambda: len(house.calls("post")) == 1)
    for turn, name in enumerate(("bob", "cleo", "dan"), start=2):
        await a_deed(api, name)
        await eventually(partial(called, house, turn))
    api.stop()
    worker.stop()
    assert await states() == {"SENT": 4}


@ONLY_SQLITE
async def test_without_redis_the_workers_find_it_themselves(house: House, room: StaffRoom, redis: Redis) -> None:
    house.channel("post")
    worker = room.worker(BROKER_URL=redis.url)
    api = room.api("--api-only", BROKER_URL=redis.url)
    await a_deed(api, "ana")
    await eventually(lambda: len(house.calls("post")) == 1)
    redis.stop()
    for turn, name in enumerate(("bob", "cleo"), start=2):
        assert await a_deed(api, name) < promised(3)
        await eventually(partial(called, house, turn))
    redis.start()
    await a_deed(api, "dan")
    await eventually(lambda: len(house.calls("post")) == 4)
    api.stop()
    worker.stop()
    assert await states() == {"SENT": 4}
    assert set(Counter(call.delivery_id for call in house.calls("post")).values()) == {1}


@ONLY_POSTGRES
async def test_a_worker_that_is_stopped_loses_and_repeats_nothing(house: House, room: StaffRoom, redis: Redis) -> None:
    house.channel("post", SLOW)
    house.mood("slow")
    service = await house.start()
    worker = room.worker(BROKER_URL=redis.url)
    for organisation in range(3):
        await service.subscribe(*(f"u{organisation}{seat}" for seat in range(10)), plan="COLLECTIF")
    await eventually(lambda: len(house.calls("post")) >= 3)
    worker.stop()
    begun = len(house.calls("post"))
    assert begun < 30, "there was work left"
    # what was in flight came to its end, what was not is as it was
    assert await states() == {"SENT": begun, "PENDING": 30 - begun}
    house.mood("")
    room.worker(BROKER_URL=redis.url)
    await eventually(lambda: len(house.calls("post")) == 30)
    assert set(Counter(call.delivery_id for call in house.calls("post")).values()) == {1}


async def senders() -> set[object]:
    """The processes that sent a letter, as the channel names itself to each."""
    return set(await Delivery.filter(state="SENT").values_list("provider_id", flat=True))


@ONLY_POSTGRES
async def test_two_workers_send_each_letter_once(house: House, room: StaffRoom, redis: Redis) -> None:
    house.channel("post", WHO_SENT)
    service = await house.start()
    workers = [room.worker(BROKER_URL=redis.url) for _ in range(2)]
    for organisation in range(12):
        await service.subscribe(*(f"u{organisation}x{seat}" for seat in range(10)), plan="COLLECTIF")
    letters = 120
    await eventually(partial(called, house, letters))
    # on a busy machine one may have taken them all before the other had its turn
    while len(await senders()) < 2 and letters < 400:
        await service.subscribe(*(f"v{letters}x{seat}" for seat in range(10)), plan="COLLECTIF")
        letters += 10
        await eventually(partial(called, house, letters))
    for worker in workers:
        worker.stop()
    assert await states() == {"SENT": letters}
    assert len(await senders()) == 2, "both had their share"
    assert set(Counter(call.delivery_id for call in house.calls("post")).values()) == {1}


@ONLY_SQLITE
@pytest.mark.parametrize("where", ["", "post"], ids=["in a child", "in the worker"])
async def test_a_channel_that_hangs_does_not_hold_up_the_end_of_a_worker(
    house: House, room: StaffRoom, where: str
) -> None:
    house.channel("post", "await asyncio.sleep(600)")
    service = await house.start()
    await service.subscribe("ana", "bob")
    worker = room.worker(SEND_TIMEOUT="300", PLUGINS_IN_PROCESS=where)
    await eventually(partial(called, house, 1))
    worker.stop()
    assert "did not finish in time" in room.log
    assert await states() == {"PENDING": 2}
