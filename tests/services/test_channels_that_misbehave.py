"""What a channel or a broken row does concerns one letter: it is sent once, or fails, and holds up no other."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tortoise import connections

from capcom_gql.notifiers.redaction import MAX_REASON
from capcom_gql.storage.engine.database import is_postgres
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Person
from tests.databases import ONLY_SQLITE
from tests.services.house import LONG_AGO, House, Service, due_now, states

RUBBISH = r"'id-\udcff\x00'"
ATTEMPTS, MOST_CRASHES = 8, 3


async def tick_to_the_end(service: Service) -> int:
    """Tick until no letter is waiting, each wait being over at once; how many ticks it took."""
    for count in range(3 * ATTEMPTS):
        if not await Delivery.filter(state__in=("PENDING", "RETRYING")).exists():
            return count
        await due_now()
        await service.tick()
    raise AssertionError("a letter waits for ever")


async def test_an_answer_that_no_database_would_take(house: House) -> None:
    house.channel("post", f"return Sent({RUBBISH})")
    service = await house.start()
    await service.subscribe("ana")
    await tick_to_the_end(service)
    delivery = await Delivery.get()
    assert (delivery.state, delivery.attempt, delivery.provider_id) == ("SENT", 1, "id-??")
    assert len(house.calls("post")) == 1
    assert [(each.number, each.outcome) for each in await DeliveryAttempt.all()] == [(1, "SENT")]


@pytest.mark.parametrize(
    ("raised", "state", "calls"),
    [
        (f"Permanent({RUBBISH})", "FAILED", 1),
        (f"Transient({RUBBISH})", "FAILED", ATTEMPTS),
        (f"NotConfigured({RUBBISH})", "HELD", 1),
        (f"ValueError({RUBBISH})", "FAILED", MOST_CRASHES),
    ],
    ids=["permanent", "transient", "not configured", "unforeseen"],
)
async def test_an_exception_that_no_database_would_take(house: House, raised: str, state: str, calls: int) -> None:
    house.channel("post", f"raise {raised}")
    service = await house.start()
    await service.subscribe("ana")
    await tick_to_the_end(service)
    delivery = await Delivery.get()
    assert (delivery.state, len(house.calls("post"))) == (state, calls)
    assert delivery.reason.startswith("post: ") and "id-?" in delivery.reason
    assert await DeliveryAttempt.all().count() == calls


@pytest.mark.parametrize(
    "template", [r"{{ '\udcff Bienvenue' }}", f"{{{{ {'x' * 2000} }}}}"], ids=["what it says", "what is wrong with it"]
)
async def test_a_template_that_no_database_would_take(house: House, template: str) -> None:
    """What could not be kept as sent is not sent: it would go again and again."""
    house.channel("post")
    house.letters("welcome", template)
    service = await house.start()
    await service.subscribe("ana", "bob")
    await Person.filter(email_key="bob@ville.example").update(locale="en")
    await service.tick()
    assert await states(recipient="bob@ville.example") == {"SENT": 1}
    await tick_to_the_end(service)
    delivery = await Delivery.get(recipient="ana@ville.example")
    assert delivery.state == "FAILED" and len(delivery.reason) <= MAX_REASON
    assert [call.address for call in house.calls("post")] == ["bob@ville.example"]


@ONLY_SQLITE
async def test_three_crashes_are_enough(house: House) -> None:
    house.channel("post", "raise KeyError('x')")
    service = await house.start()
    await service.subscribe("ana")
    await tick_to_the_end(service)
    delivery = await Delivery.get()
    assert (delivery.state, delivery.attempt, delivery.crashes) == ("FAILED", MOST_CRASHES, MOST_CRASHES)
    assert delivery.reason == "post: KeyError (post.py, line 18): 'x'"


@ONLY_SQLITE
async def test_one_crash_among_transient_failures_does_not_count_twice(house: House) -> None:
    house.channel("post", "if message.attempt == 2:\n    raise KeyError\nraise Transient('busy')")
    service = await house.start()
    await service.subscribe("ana")
    await tick_to_the_end(service)
    delivery = await Delivery.get()
    assert (delivery.state, delivery.attempt, delivery.crashes) == ("FAILED", ATTEMPTS, 1)


@pytest.mark.parametrize(
    "broken",
    [
        {"topic": "no_such_letter"},
        {"about": {"seat_id": "seat_nobodys"}},
        {"about": {}},
    ],
    ids=["unknown topic", "unknown seat", "about nothing"],
)
async def test_a_row_that_cannot_be_written_up(house: House, service: Service, broken: dict[str, Any]) -> None:
    await service.subscribe("ana", "bob", "zoe")
    first = await Delivery.all().order_by("due_at", "id").first()
    assert first is not None
    await Delivery.filter(id=first.id).update(**broken)
    await service.tick()
    assert await states() == {"SENT": 2, "RETRYING": 1}, "the others have gone in the same turn"
    await tick_to_the_end(service)
    delivery = await Delivery.get(id=first.id)
    assert (delivery.state, delivery.attempt) == ("FAILED", ATTEMPTS)
    assert delivery.reason.startswith("the letter cannot be written: ")
    assert len(house.calls("post")) == 2


@ONLY_SQLITE
async def test_a_person_whose_language_is_broken(house: House, service: Service) -> None:
    await service.subscribe("ana", "bob")
    await Person.filter(email_key="ana@ville.example").update(locale="xx")
    await tick_to_the_end(service)
    assert await states(recipient="ana@ville.example") == {"FAILED": 1}
    assert await states(recipient="bob@ville.example") == {"SENT": 1}


@ONLY_SQLITE
async def test_a_row_that_ends_its_worker_each_time_is_parked(house: House) -> None:
    """Attempts that never came to an outcome: the worker died with each of them."""
    house.channel("post")
    service = await house.start()
    await service.subscribe("ana", "bob")
    first = await Delivery.all().order_by("due_at", "id").first()
    assert first is not None
    await Delivery.filter(id=first.id).update(attempt=ATTEMPTS, leased_until=LONG_AGO)
    await service.tick()
    parked = await Delivery.get(id=first.id)
    assert (parked.state, parked.reason) == (
        "FAILED",
        f"given up after {ATTEMPTS} attempts, the last of which did not finish",
    )
    assert [call.delivery_id for call in house.calls("post")] != [first.id]
    assert await states() == {"FAILED": 1, "SENT": 1}


@ONLY_SQLITE
async def test_the_last_attempt_is_still_made(house: House) -> None:
    house.channel("post")
    service = await house.start()
    await service.subscribe("ana")
    await Delivery.all().update(attempt=ATTEMPTS - 1, state="RETRYING")
    await service.tick()
    assert await states() == {"SENT": 1}


async def test_a_subscription_whose_steps_fail(house: House, service: Service) -> None:
    """A term with a service that does not exist cannot be read; the calendar goes on for the others."""
    made = []
    for name in ("ana", "bob", "zoe"):
        subscription = await service.subscribe(name)
        made.append(subscription.subscription_id)
    await service.tick()
    broken = sorted(made)[0]
    parameter = "'[\"NO_SUCH_SERVICE\"]'" + ("::jsonb" if is_postgres() else "")
    await connections.get("default").execute_query(
        f"UPDATE term SET services = {parameter} WHERE subscription_id = '{broken}'"
    )
    await house.after_the_deadline()
    steps, sent = await service.tick()
    assert (steps, sent) == (2, 2)
    assert await states(topic="cancelled") == {"SENT": 2}
    # again, and again: it is neither forgotten nor in the way
    assert await service.tick() == (0, 0)


@ONLY_SQLITE
async def test_dates_beyond_all_reason_hold_up_nothing(service: Service) -> None:
    await service.subscribe("ana", "bob")
    first = await Delivery.all().order_by("due_at", "id").first()
    assert first is not None
    await Delivery.filter(id=first.id).update(due_at=datetime(9000, 1, 1, tzinfo=UTC))
    await service.tick()
    assert await states() == {"SENT": 1, "PENDING": 1}
