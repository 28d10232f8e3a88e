"""What the database itself must refuse, with for each the nearest thing that it must let pass.

A deed is done in a little world: one organisation, its subscription of five seats opened on 9 December 2026, one seat.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tortoise import connections

from capcom_gql.domain.terms import CancellationReason
from capcom_gql.domain.terms import Term as Facts
from capcom_gql.storage.engine import database
from capcom_gql.storage.tables import (
    Event,
    IdempotencyRecord,
    Installation,
    Organisation,
    Plan,
    Redemption,
    Seat,
    Subscription,
    Term,
)
from tests.domain.words import confirmed, opened, renewed, unpaid, withdrawn
from tests.storage.rows import (
    NOON,
    a_term,
    an_event,
    an_organisation,
    write_redemption,
    write_seat,
    write_subscribed,
)

A_DAY = timedelta(days=1)
FACTS = opened("2026-12-09")


@dataclass(frozen=True)
class World:
    """The rows that every case starts from."""

    organisation: Organisation
    subscription: Subscription
    term: Term
    seat: Seat
    redemption: Redemption
    event: Event


async def a_world() -> World:
    """Write the rows."""
    organisation = an_organisation()
    subscription = await write_subscribed(organisation, [FACTS])
    term = await Term.get(subscription_id=subscription.id)
    seat = await write_seat(subscription, manager=True)
    redemption = await write_redemption(seat, term)
    event = an_event(organisation.id)
    await event.save(force_create=True)
    return World(organisation, subscription, term, seat, redemption, event)


Deed = Callable[[World], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """A constraint: its name, as PostgreSQL gives it in its refusal; how SQLite words its own; the two deeds."""

    name: str
    refusal: str
    forbidden: Deed
    allowed: Deed


def _of_plan(**values: Any) -> Deed:
    return lambda world: Plan.filter(code="EQUIPE").update(**values)


def _of_term(**values: Any) -> Deed:
    return lambda world: Term.filter(id=world.term.id).update(**values)


def _of_seat(**values: Any) -> Deed:
    return lambda world: Seat.filter(id=world.seat.id).update(**values)


def _of_redemption(**values: Any) -> Deed:
    return lambda world: Redemption.filter(id=world.redemption.id).update(**values)


def _another_term(facts: Facts) -> Deed:
    async def deed(world: World) -> None:
        await a_term(world.subscription, facts, await Plan.get(code="EQUIPE")).save(force_create=True)

    return deed


def _without_its_trigger(deed: Deed) -> Deed:
    """The index is for two at once, whom the trigger, which comes first, does not see."""

    async def alone(world: World) -> None:
        tail = " ON term" if database.is_postgres() else ""
        await connections.get("default").execute_query(f"DROP TRIGGER term_overlap_insert{tail}")
        await deed(world)

    return alone


def _another_seat(**values: Any) -> Deed:
    return lambda world: write_seat(world.subscription, **values)


def _moved_to(place: int) -> Deed:
    async def deed(world: World) -> None:
        await Seat.filter(id=world.seat.id).update(place=place)

    return deed


async def _same_person_again(world: World) -> None:
    await write_seat(world.subscription, person=await world.seat.person, place=2)


async def _same_person_after_removal(world: World) -> None:
    await write_seat(world.subscription, person=await world.seat.person, place=2, removed_at=NOON)


async def _extended_over_the_next(world: World) -> None:
    await _another_term(RENEWED)(world)
    await Term.filter(id=world.term.id).update(ends_on=RENEWED.starts_on)


async def _extended_over_a_cancelled_one(world: World) -> None:
    await _another_term(unpaid(RENEWED))(world)
    await Term.filter(id=world.term.id).update(ends_on=RENEWED.starts_on)


def _a_key_used(caller: str) -> Deed:
    async def deed(world: World) -> None:
        for each in ("person_1", caller):
            await IdempotencyRecord.create(caller=each, key="k", input_hash="h", result={}, created_at=NOON)

    return deed


def _check(name: str, forbidden: Deed, allowed: Deed) -> Case:
    return Case(name, f"CHECK constraint failed: {name}", forbidden, allowed)


RENEWED = renewed(confirmed(FACTS, "2026-12-10"), "2027-10-01")
OVERLAPPING = replace(RENEWED, starts_on=FACTS.ends_on, ends_on=RENEWED.ends_on)
BY_STAFF = CancellationReason.BY_STAFF.value

CASES = (
    _check(
        "installation_one_row",
        lambda world: Installation.create(id=2),
        lambda world: Installation.filter(id=1).update(clock_offset_us=-5),
    ),
    _check("plan_has_seats", _of_plan(seat_limit=0), _of_plan(seat_limit=1)),
    _check("plan_price_not_negative", _of_plan(price_minor=-1), _of_plan(price_minor=0)),
    _check("term_ends_after_start", _of_term(ends_on=FACTS.starts_on - A_DAY), _of_term(ends_on=FACTS.starts_on)),
    _check("term_has_seats", _of_term(seat_limit=0), _of_term(seat_limit=1)),
    _check("term_price_not_negative", _of_term(price_minor=-1), _of_term(price_minor=0)),
    _check(
        "term_withdrawn_with_reason",
        _of_term(withdrawn_at=NOON),
        _of_term(withdrawn_at=NOON, withdrawn_reason=BY_STAFF),
    ),
    _check(
        "term_withdrawn_with_reason",
        _of_term(withdrawn_reason=BY_STAFF),
        _of_term(withdrawn_at=NOON, withdrawn_reason=BY_STAFF),
    ),
    _check("term_reinstated_after_unpaid", _of_term(reinstated_at=NOON), _of_term(reinstated_at=NOON, unpaid_at=NOON)),
    _check(
        "term_unpaid_not_confirmed",
        _of_term(unpaid_at=NOON, confirmed_at=NOON),
        _of_term(unpaid_at=NOON, confirmed_at=NOON, reinstated_at=NOON),
    ),
    _check("seat_place_from_one", _of_seat(place=0), _of_seat(place=1)),
    _check("seat_number_digits", _of_seat(number="123456789012345"), _of_seat(number="1234567890123456")),
    _check(
        "redemption_reduction_within_price",
        _of_redemption(reduction_minor=10_001),
        _of_redemption(reduction_minor=10_000),
    ),
    _check("redemption_reduction_within_price", _of_redemption(reduction_minor=-1), _of_redemption(reduction_minor=0)),
    Case(
        "seat_place_once",
        "UNIQUE constraint failed: seat.subscription_id, seat.place",
        _another_seat(place=1),
        _another_seat(place=1, removed_at=NOON),
    ),
    Case(
        "seat_person_once",
        "UNIQUE constraint failed: seat.subscription_id, seat.person_id",
        _same_person_again,
        _same_person_after_removal,
    ),
    Case(
        "seat_one_manager",
        "UNIQUE constraint failed: seat.subscription_id",
        _another_seat(place=2, manager=True),
        _another_seat(place=2, manager=True, removed_at=NOON),
    ),
    Case(
        "redemption_once",
        "UNIQUE constraint failed: redemption.person_id, redemption.event_reference",
        lambda world: write_redemption(world.seat, world.term, by="key_2"),
        lambda world: write_redemption(world.seat, world.term, released_at=NOON),
    ),
    Case(
        "idempotency_once",
        "UNIQUE constraint failed: idempotencyrecord.caller, idempotencyrecord.key",
        _a_key_used("person_1"),
        _a_key_used("person_2"),
    ),
    Case(
        "term_start_once",
        "UNIQUE constraint failed: term.subscription_id, term.starts_on",
        _without_its_trigger(_another_term(FACTS)),
        _without_its_trigger(_another_term(withdrawn(FACTS, "2026-12-10"))),
    ),
    Case(
        "event_not_edited",
        "events are never edited",
        lambda world: Event.filter(id=world.event.id).update(kind="other"),
        lambda world: an_event(world.organisation.id).save(force_create=True),
    ),
    Case(
        "event_not_deleted",
        "events are never deleted",
        lambda world: Event.filter(id=world.event.id).delete(),
        lambda world: Redemption.filter(id=world.redemption.id).delete(),
    ),
    Case(
        "term_overlap_insert",
        "terms that are not cancelled never overlap",
        _another_term(OVERLAPPING),
        _another_term(RENEWED),
    ),
    Case(
        "term_overlap_insert",
        "terms that are not cancelled never overlap",
        _another_term(replace(unpaid(OVERLAPPING), reinstated_at=NOON)),
        _another_term(unpaid(OVERLAPPING)),
    ),
    Case(
        "term_overlap_update",
        "terms that are not cancelled never overlap",
        _extended_over_the_next,
        _extended_over_a_cancelled_one,
    ),
    Case(
        "seat_limit_update",
        "the place of a seat is within the limit of the plan",
        _moved_to(6),
        _moved_to(5),
    ),
    Case(
        "seat_limit_insert",
        "the place of a seat is within the limit of the plan",
        _another_seat(place=6),
        _another_seat(place=5),
    ),
)
