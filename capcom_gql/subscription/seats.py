"""Seats as commands make, keep and remove them: each with its number, its event and its letter (R2, R7, R12, R16)."""

import secrets
from collections.abc import Mapping, Sequence

from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.rights import Actor
from capcom_gql.domain.seats import free_places, make_number
from capcom_gql.storage import ids
from capcom_gql.storage.event_log import NewDelivery, NewEvent, to_person
from capcom_gql.storage.tables import Person, Seat
from capcom_gql.subscription.locked import LockedSubscription

NO_NUMBERS: Mapping[str, str] = {}


def new_number() -> str:
    """A subscriber number nobody can guess from another; the database refuses one that was given before (R12)."""
    return make_number(f"{secrets.randbelow(10**14):014d}")


async def seat_people(
    locked: LockedSubscription,
    people: Sequence[Person],
    actor: Actor,
    *,
    manager: Person | None = None,
    numbers: Mapping[str, str] = NO_NUMBERS,
    welcomed: bool = True,
) -> list[Seat]:
    """Give each person a seat, a number, and a welcome (R7), in the order given.

    `numbers` are those that persons, by their ids, bring with them; `welcomed` False leaves the welcomes out.
    """
    places = free_places([seat.place for seat in locked.active_seats], len(people))
    seats = []
    for person, place in zip(people, places, strict=True):
        is_manager = manager is not None and person.id == manager.id
        number = numbers.get(person.id)
        seat = await new_seat(locked, person, place, is_manager=is_manager, number=number)
        await locked.record(
            NewEvent(
                Kind.SEAT_ADDED,
                {"seat_id": seat.id, "person_id": person.id},
                organisation_id=locked.organisation_id,
                subject_id=seat.id,
                deliveries=[welcome(locked, seat)] if welcomed else [],
            ),
            actor,
        )
        seats.append(seat)
    return seats


async def new_seat(
    locked: LockedSubscription, person: Person, place: int, *, is_manager: bool, number: str | None = None
) -> Seat:
    """A seat with a number of its own, a new one where none is given, on a place that is free."""
    seat = await Seat.create(
        id=ids.new_id(ids.SEAT),
        subscription=locked.subscription,
        person=person,
        number=number or new_number(),
        place=place,
        is_manager=is_manager,
        added_at=locked.now,
    )
    locked.seats.append(seat)
    return seat


def welcome(locked: LockedSubscription, seat: Seat) -> NewDelivery:
    """The letter that gives a user their login, a link to choose a password, and their number (R7), once a term."""
    term = locked.status.term
    recipient = to_person(seat.person, is_manager=seat.is_manager)
    about = {"seat_id": seat.id, "term_id": term.id}
    return NewDelivery(Topic.WELCOME, recipient, locked.now, f"{seat.id}:{term.id}", about)


async def seat_the_form(
    locked: LockedSubscription, people: Sequence[Person], manager: Person, actor: Actor
) -> list[Seat]:
    """Seat the form's persons; on reopening those who still hold a seat keep it, the others' are removed (R16)."""
    wanted = {person.id for person in people}
    for seat in locked.active_seats:
        if seat.person_id not in wanted:
            seat.removed_at = locked.now
            await seat.save(update_fields=["removed_at"])
            await locked.record(removal(locked, seat), actor)
    kept = {seat.person_id: seat for seat in locked.active_seats}
    await _settle(list(kept.values()), manager)
    made = await seat_people(locked, [each for each in people if each.id not in kept], actor, manager=manager)
    by_person = kept | {seat.person_id: seat for seat in made}
    return [by_person[person.id] for person in people]


async def _settle(kept: Sequence[Seat], manager: Person) -> None:
    """The kept seats move up; one of them manages. The former one is unmarked first: the database allows only one."""
    await move_up(kept)
    for marked in (False, True):
        for seat in kept:
            if (seat.person_id == manager.id) is marked and seat.is_manager is not marked:
                seat.is_manager = marked
                await seat.save(update_fields=["is_manager"])


async def move_up(seats: Sequence[Seat]) -> None:
    """Seats, by place, move up to the first places, which a smaller plan still has (R2)."""
    for place, seat in enumerate(seats, start=1):
        if seat.place != place:
            seat.place = place
            await seat.save(update_fields=["place"])


def removal(locked: LockedSubscription, seat: Seat) -> NewEvent:
    """The event of a seat's removal, with word to its holder (R12)."""
    return NewEvent(
        Kind.SEAT_REMOVED,
        {"seat_id": seat.id, "person_id": seat.person_id},
        organisation_id=locked.organisation_id,
        subject_id=seat.id,
        deliveries=[farewell(locked, seat)],
    )


def farewell(locked: LockedSubscription, seat: Seat) -> NewDelivery:
    """The letter that tells a user that their seat is removed and their number dead (R12)."""
    return NewDelivery(Topic.SEAT_REMOVED, to_person(seat.person), locked.now, seat.id, {"seat_id": seat.id})


def handover(locked: LockedSubscription, seat: Seat, previous: Seat | None) -> NewEvent:
    """The event of the management's passing to a seat, with word to its holder and to the former manager (R12).

    `previous` is None where the manager was gone.
    """
    both = [seat] if previous is None else [seat, previous]
    return NewEvent(
        Kind.MANAGER_CHANGED,
        {"seat_id": seat.id, "previous_seat_id": None if previous is None else previous.id},
        organisation_id=locked.organisation_id,
        subject_id=locked.subscription.id,
        deliveries=[
            NewDelivery(
                Topic.MANAGER_CHANGED,
                to_person(each.person, is_manager=each.is_manager),
                locked.now,
                about={"seat_id": each.id},
            )
            for each in both
        ],
    )
