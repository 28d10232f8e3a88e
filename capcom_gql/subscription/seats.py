"""Create, keep and remove seats, with their numbers, events and letters (R2, R7, R12, R16)."""

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
"""Every seat gets a new number."""


def new_number() -> str:
    """A random subscriber number, 16 digits; the database refuses one that was ever given before (R12)."""
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
    """Create a seat for each person, in order, on the lowest free places, with its event and its welcome (R7).

    `manager` is the person whose seat manages. `numbers` are existing subscriber numbers by person id, for imports;
    others get a new one. `welcomed` False leaves the welcome letters out.
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
                deliveries=[welcome_letter(locked, seat)] if welcomed else [],
            ),
            actor,
        )
        seats.append(seat)
    return seats


async def new_seat(
    locked: LockedSubscription, person: Person, place: int, *, is_manager: bool, number: str | None = None
) -> Seat:
    """Create a seat on a free place, with the given subscriber number or a new one; no event is recorded."""
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


def welcome_letter(locked: LockedSubscription, seat: Seat) -> NewDelivery:
    """The letter with a user's login, a link to choose a password and the subscriber number; once for a term (R7)."""
    term = locked.status.term
    recipient = to_person(seat.person, is_manager=seat.is_manager)
    about = {"seat_id": seat.id, "term_id": term.id}
    return NewDelivery(Topic.WELCOME, recipient, locked.now, f"{seat.id}:{term.id}", about)


async def seat_form_users(
    locked: LockedSubscription, people: Sequence[Person], manager: Person, actor: Actor
) -> list[Seat]:
    """Give the persons of a sign-up form their seats, in order.

    On reopening, those who still have an active seat keep it, and the seats of others are removed (R16).
    """
    listed = {person.id for person in people}
    for seat in locked.active_seats:
        if seat.person_id not in listed:
            seat.removed_at = locked.now
            await seat.save(update_fields=["removed_at"])
            await locked.record(seat_removed(locked, seat), actor)
    kept = {seat.person_id: seat for seat in locked.active_seats}
    await _keep(list(kept.values()), manager)
    made = await seat_people(locked, [each for each in people if each.id not in kept], actor, manager=manager)
    by_person = kept | {seat.person_id: seat for seat in made}
    return [by_person[person.id] for person in people]


async def _keep(kept: Sequence[Seat], manager: Person) -> None:
    """Compact the kept seats and mark the manager's; the former is unmarked first, as the database allows only one."""
    await compact_places(kept)
    for marked in (False, True):
        for seat in kept:
            if (seat.person_id == manager.id) is marked and seat.is_manager is not marked:
                seat.is_manager = marked
                await seat.save(update_fields=["is_manager"])


async def compact_places(seats: Sequence[Seat]) -> None:
    """Move seats, given by place, to the places from 1, so that they fit a plan with fewer seats (R2)."""
    for place, seat in enumerate(seats, start=1):
        if seat.place != place:
            seat.place = place
            await seat.save(update_fields=["place"])


def seat_removed(locked: LockedSubscription, seat: Seat) -> NewEvent:
    """The event of a seat's removal, with the letter to its holder (R12)."""
    return NewEvent(
        Kind.SEAT_REMOVED,
        {"seat_id": seat.id, "person_id": seat.person_id},
        organisation_id=locked.organisation_id,
        subject_id=seat.id,
        deliveries=[seat_removed_letter(locked, seat)],
    )


def seat_removed_letter(locked: LockedSubscription, seat: Seat) -> NewDelivery:
    """The letter to a user whose seat was removed: the subscriber number is no longer valid (R12)."""
    return NewDelivery(Topic.SEAT_REMOVED, to_person(seat.person), locked.now, seat.id, {"seat_id": seat.id})


def manager_changed(locked: LockedSubscription, seat: Seat, previous: Seat | None) -> NewEvent:
    """The event of the manager's role passing to a seat, with letters to its holder and to the former manager (R12).

    `previous` is the former manager's seat, None where there was no manager.
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
