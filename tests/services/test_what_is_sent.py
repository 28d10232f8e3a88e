"""Which letters go, in which order, and which do not any more, with the reason."""

from datetime import timedelta
from typing import Any

import pytest

from capcom_gql.delivery.dispatch import BATCH_SIZE, send_due
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Subscription, Term
from capcom_gql.subscription.sweep import record_steps
from tests.databases import ONLY_SQLITE
from tests.services.house import FIRST_DAY, House, Service, advance, on, states


async def test_letters_go_in_the_order_of_their_due_instants(house: House, service: Service) -> None:
    """Whatever the order in which they were written, and although there are more than one turn sends."""
    for organisation in range(3):
        await service.subscribe(*(f"u{organisation}{seat}" for seat in range(10)), plan="COLLECTIF")
    now = await product_now()
    written = [each.id for each in await Delivery.all().order_by("id")]
    assert len(written) > BATCH_SIZE
    shuffled = written[1::2] + written[0::2]
    for back, delivery_id in enumerate(shuffled):
        await Delivery.filter(id=delivery_id).update(due_at=now - timedelta(hours=back))
    await service.tick()
    assert [call.delivery_id for call in house.calls("post")] == shuffled[::-1]


@ONLY_SQLITE
async def test_one_turn_sends_some_at_most(house: House, service: Service) -> None:
    """So that the calendar's steps are recorded between two turns."""
    for organisation in range(3):
        await service.subscribe(*(f"u{organisation}{seat}" for seat in range(10)), plan="COLLECTIF")
    assert await send_due(service.runtime, service.registry, lambda: False) == BATCH_SIZE
    assert len(house.calls("post")) == BATCH_SIZE


@ONLY_SQLITE
async def test_a_worker_that_stops_begins_no_other_letter(house: House, service: Service) -> None:
    await service.subscribe("ana", "bob", "zoe")
    assert await send_due(service.runtime, service.registry, lambda: len(house.calls("post")) == 1) == 1
    assert await states() == {"SENT": 1, "PENDING": 2}


@ONLY_SQLITE
async def test_a_letter_is_not_sent_before_it_is_due(house: House, service: Service) -> None:
    await service.subscribe("ana")
    await Delivery.all().update(due_at=await product_now() + timedelta(hours=1))
    assert (await service.tick())[1] == 0
    await advance(minutes=59)
    assert (await service.tick())[1] == 0
    await advance(minutes=1)
    assert (await service.tick())[1] == 1


@pytest.mark.rule("R7")
@ONLY_SQLITE
async def test_the_welcome_of_a_seat_removed_meanwhile(house: House, service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(made.seat_ids[1]))
    await service.tick()
    suppressed = await Delivery.get(topic="welcome", recipient="bob@ville.example")
    assert (suppressed.state, suppressed.reason) == ("SUPPRESSED", "the seat was removed before the letter was sent")
    assert suppressed.leased_until is None
    assert sorted((call.topic, call.address) for call in house.calls("post")) == [
        ("seat_removed", "bob@ville.example"),
        ("welcome", "ana@ville.example"),
    ]


@pytest.mark.rule("R8")
@ONLY_SQLITE
async def test_the_reminder_of_a_proof_that_came_meanwhile(house: House, service: Service) -> None:
    made = await service.subscribe("ana")
    await service.tick()
    await on(FIRST_DAY + timedelta(days=11))
    # the reminder is written by the deed that finds it due, and the proof is recorded before it could be sent
    await service.record_proof(made.subscription_id)
    await service.tick()
    reminder = await Delivery.get(topic="proof_reminder")
    assert (reminder.state, reminder.reason) == ("SUPPRESSED", "the proof is no longer awaited")
    assert [call.topic for call in house.calls("post")] == ["welcome", "confirmed"]


@pytest.mark.rule("R8")
@ONLY_SQLITE
async def test_the_reminder_of_a_term_cancelled_meanwhile(house: House, service: Service) -> None:
    await service.subscribe("ana")
    await service.tick()
    await on(FIRST_DAY + timedelta(days=11))
    await Delivery.all().delete()
    await record_steps(service.runtime)
    await house.after_the_deadline()
    await service.tick()
    assert await states(topic="proof_reminder") == {"SUPPRESSED": 1}
    assert await states(topic="cancelled") == {"SENT": 1}


STEPS = [
    ("proof.reminded", timedelta(days=10), "proof_reminder", False),
    ("term.cancelled", timedelta(days=16), "cancelled", False),
    # no letter goes with it, whose own key would keep the step from being recorded again
    ("subscription.expired", timedelta(days=366), "", True),
]


@pytest.mark.rule("R21")
@pytest.mark.parametrize(("kind", "after", "topic", "paid"), STEPS, ids=[step[0] for step in STEPS])
async def test_a_step_is_recorded_once_and_told_once(
    service: Service, kind: str, after: timedelta, topic: str, paid: bool
) -> None:
    """A second turn posts nothing, though the rows from which it knows were put back as they were."""
    made = await service.subscribe("ana", "bob")
    if paid:
        await service.record_proof(made.subscription_id)
    await service.tick()
    before: Any = await Term.get().values("unpaid_at", "proof_reminded_at", "ended_at")
    await on(FIRST_DAY + after)
    await service.tick()
    assert await Event.filter(kind=kind).count() == 1
    letters = await states(topic=topic)
    assert await service.tick() == (0, 0)
    await Term.all().update(**before)
    await Subscription.all().update(due_at=await product_now())
    assert await service.tick() == (0, 0)
    assert await Event.filter(kind=kind).count() == 1
    assert await states(topic=topic) == letters
