"""A channel that rests, or whose process is not there yet: its letters wait, and no attempt is spent on them."""

import asyncio
from datetime import timedelta

from capcom_gql import clock
from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.backlog import count_late_deliveries
from capcom_gql.storage.tables import Delivery, DeliveryAttempt
from tests.databases import ONLY_SQLITE
from tests.patience import LONG, promised
from tests.services.house import House, due_now, states

MOODS = """
if mood == "hang":
    await asyncio.sleep(600)
if mood == "leave":
    import os
    os._exit(5)
return Sent()
"""
RESTS = "post: it missed its deadline 2 times in a row and is paused for {:g} s"


async def test_letters_of_a_channel_that_rests_keep_their_attempts(house: House) -> None:
    house.channel("post", MOODS)
    pause = float(round(promised(2)))
    service = await house.start(HostTimeouts(missed_deadlines=2, pause=pause), SEND_TIMEOUT="1")
    await service.subscribe("ana", "bob", "cleo")
    house.mood("hang")
    assert (await service.tick())[1] == 3
    waiting, tried = await Delivery.filter(attempt=0), await Delivery.filter(attempt=1)
    assert [(each.state, each.reason) for each in waiting] == [("PENDING", RESTS.format(pause))]
    assert [(each.state, each.crashes) for each in tried] == [("RETRYING", 1), ("RETRYING", 1)]
    left = waiting[0].next_attempt_at - clock.utc_now()
    assert timedelta(seconds=pause / 2) < left < timedelta(seconds=1.2 * pause)
    assert await DeliveryAttempt.all().count() == 2
    # not again and again
    assert await service.tick() == (0, 0)
    for _ in range(5):
        await due_now()
        assert (await service.tick())[1] == 3
    assert sorted([each.attempt for each in await Delivery.all()]) == [0, 1, 1]
    assert await DeliveryAttempt.all().count() == 2
    assert (await count_late_deliveries(await product_now(), clock.utc_now())).lost_attempts == 0
    house.mood("")
    await asyncio.sleep(pause)
    await due_now()
    await service.tick()
    assert await states() == {"SENT": 3}
    assert {each.reason for each in await Delivery.all()} == {None}
    assert sorted([each.attempt for each in await Delivery.all()]) == [1, 2, 2]


@ONLY_SQLITE
async def test_a_process_that_keeps_ending_fails_the_letters_it_had_and_no_others(house: House) -> None:
    house.channel("post", MOODS)
    service = await house.start(HostTimeouts(load_timeout=LONG, longest_restart_wait=1), PLUGINS_IN_PROCESS="")
    await service.subscribe("ana", "bob", "cleo")
    house.mood("leave")
    await service.tick()
    # one, and one in the process that replaced it; the third is not sent into a process that is not there
    assert len(house.calls("post")) == 2
    (waiting,) = await Delivery.filter(attempt=0)
    assert waiting.reason == "post: its process has ended 2 times in a row and is started again after a wait"
    house.mood("")
    await asyncio.sleep(1.1)
    await due_now()
    await service.tick()
    assert await states() == {"SENT": 3}
    assert {each.crashes for each in await Delivery.all()} == {0, 1}
