"""The schedule of attempts: at once, then after 5 s, 1 min, 10 min, 1 h, 6 h, 1 day, 2 days, within a tenth."""

from datetime import datetime, timedelta

import pytest

from capcom_gql import clock
from capcom_gql.storage.tables import Delivery, DeliveryAttempt
from tests.databases import ONLY_SQLITE
from tests.services.house import House, Service, due_now, states

pytestmark = ONLY_SQLITE

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
SCHEDULE = [5 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 2 * DAY]
SLACK = timedelta(seconds=2)
"""What a busy machine may take between the send and the writing of its outcome."""


async def attempt(service: Service) -> tuple[Delivery, datetime]:
    """Make the next attempt now; the letter as it then is, and the instant before."""
    await due_now()
    before = clock.utc_now()
    assert (await service.tick())[1] == 1
    return await Delivery.get(), before


def about(wait: timedelta, before: datetime, delivery: Delivery) -> bool:
    """The wait is the one planned, within a tenth."""
    waited: timedelta = delivery.next_attempt_at - before
    return 0.9 * wait <= waited <= 1.1 * wait + SLACK


async def test_eight_attempts_and_then_no_more(house: House) -> None:
    house.channel("post", "raise Transient('busy')")
    service = await house.start()
    await service.subscribe("ana")
    for number, wait in enumerate(SCHEDULE, start=1):
        delivery, before = await attempt(service)
        assert (delivery.state, delivery.attempt, delivery.reason) == ("RETRYING", number, "post: busy")
        assert about(wait, before, delivery), (number, delivery.next_attempt_at - before)
        assert delivery.leased_until is None
        assert (await service.tick())[1] == 0, "not before its instant"
    delivery, _ = await attempt(service)
    assert (delivery.state, delivery.attempt, delivery.reason) == ("FAILED", 8, "post: busy")
    await due_now()
    assert (await service.tick())[1] == 0
    kept = await DeliveryAttempt.all().order_by("number").values_list("number", "outcome", "error")
    assert kept == [*((number, "RETRY", "post: busy") for number in range(1, 9))]


async def test_waits_differ_from_letter_to_letter(house: House) -> None:
    """A provider that comes back is not met by everybody at the same instant."""
    house.channel("post", "raise Transient('busy')")
    service = await house.start()
    await service.subscribe(*(f"u{seat}" for seat in range(10)), plan="COLLECTIF")
    await Delivery.all().update(attempt=4, state="RETRYING")
    before = clock.utc_now()
    await service.tick()
    waits = [each.next_attempt_at - before for each in await Delivery.all()]
    assert max(waits) - min(waits) > timedelta(minutes=20)
    assert all(0.9 * 6 * HOUR <= wait <= 1.1 * 6 * HOUR + timedelta(seconds=20) for wait in waits)


@pytest.mark.parametrize(("asked", "waited"), [(900, timedelta(minutes=15)), (1, 5 * SECOND)], ids=["more", "less"])
async def test_what_the_provider_asks_for_is_waited_for(house: House, asked: float, waited: timedelta) -> None:
    """At least: a provider that asks for less than the schedule does not hurry it."""
    house.channel("post", f"raise Transient('busy', retry_after={asked})")
    service = await house.start()
    await service.subscribe("ana")
    delivery, before = await attempt(service)
    assert about(waited, before, delivery)


@pytest.mark.parametrize("raised", ["Permanent", "AddressInvalid", "AddressGone"])
async def test_what_is_permanent_is_not_tried_again(house: House, raised: str) -> None:
    house.channel("post", f"raise {raised}('no such user')")
    service = await house.start()
    await service.subscribe("ana")
    delivery, _ = await attempt(service)
    assert (delivery.state, delivery.reason) == ("FAILED", "post: no such user")
    await due_now()
    assert (await service.tick())[1] == 0


async def test_a_send_that_outlasts_its_time_is_tried_again(house: House) -> None:
    house.channel("post", "if message.attempt == 1:\n    await asyncio.sleep(600)\nreturn Sent()")
    service = await house.start(SEND_TIMEOUT="1")
    await service.subscribe("ana")
    delivery, before = await attempt(service)
    assert (delivery.state, delivery.crashes) == ("RETRYING", 1)
    assert delivery.reason == "post: no answer within 1 s"
    assert about(SCHEDULE[0], before, delivery)
    await attempt(service)
    assert await states() == {"SENT": 1}


async def test_one_letter_in_trouble_does_not_stop_the_others(house: House) -> None:
    house.channel("post", "if 'ana' in message.address:\n    raise Transient('busy')\nreturn Sent()")
    service = await house.start()
    await service.subscribe("ana", "bob")
    await service.tick()
    assert await states(recipient="ana@ville.example") == {"RETRYING": 1}
    assert await states(recipient="bob@ville.example") == {"SENT": 1}


async def test_each_channel_has_its_own_letter(house: House) -> None:
    """The same welcome by two channels: one that fails does not send the other again."""
    house.channel("post")
    house.channel("pigeon", "raise Transient('rain')")
    service = await house.start()
    await service.subscribe("ana")
    await service.tick()
    await due_now()
    await service.tick()
    assert await states(channel="post") == {"SENT": 1}
    assert await states(channel="pigeon") == {"RETRYING": 1}
    assert (len(house.calls("post")), len(house.calls("pigeon"))) == (1, 2)
