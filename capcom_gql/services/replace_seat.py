"""Replace a user of a live subscription by another person, with a new seat and a new subscriber number (R12)."""

from dataclasses import dataclass

from capcom_gql import forms
from capcom_gql.access.accounts import find_or_create
from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_active, check_live, check_replacement, free_places
from capcom_gql.forms import PersonForm, Read
from capcom_gql.languages.locales import Locale
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Person, Seat
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import manager_changed, new_seat, seat_removed_letter, welcome_letter


@dataclass(frozen=True, slots=True)
class ReplaceSeatForm:
    """The seat to replace, and the person who takes the place."""

    seat_id: str
    user: PersonForm


@dataclass(frozen=True, slots=True)
class SeatReplaced:
    """The new seat."""

    subscription_id: str
    seat_id: str


async def replace_seat(runtime: Runtime, actor: Actor, form: ReplaceSeatForm, locale: Locale) -> SeatReplaced:
    """Give the place of a seat to another person; if it is the manager's, the role passes to them. Both are mailed.

    Raises Refusal with all faults: NOT_FOUND, FORBIDDEN, NOT_LIVE or, for a removed seat, CONFLICT at `seatId`;
    DUPLICATE_USER at `user.email`, INVALID_INPUT at `user` and below.
    """
    authorize(Right.MANAGE_SEATS, actor)
    user = forms.read_person(("user",), form.user, locale)

    async def work() -> SeatReplaced:
        known = await Seat.get_or_none(id=form.seat_id)
        locked = None if known is None else await lock_subscription(runtime, known.subscription_id)
        if locked is None:
            raise Refusal(not_found("seatId"))
        await authorize_now(Right.MANAGE_SEATS, actor, locked.organisation_id, "seatId")
        replaced = next(each for each in locked.seats if each.id == form.seat_id)
        refuse_if(_faults(locked, replaced, form, user))
        person = await find_or_create(user.value, locked.now)
        seat = await _replace(locked, replaced, person, actor)
        await locked.schedule()
        return SeatReplaced(locked.subscription.id, seat.id)

    return await in_one_transaction(work)


def _faults(locked: LockedSubscription, replaced: Seat, form: ReplaceSeatForm, user: Read[PersonForm]) -> list[Fault]:
    if faults := check_live(locked.status.is_live, ("seatId",)) or check_active(replaced.facts()):
        return faults
    holders = {seat.person.email_key for seat in locked.active_seats}
    return [*user.faults, *check_replacement(forms.compared(form.user.email), holders)]


async def _replace(locked: LockedSubscription, replaced: Seat, person: Person, actor: Actor) -> Seat:
    was_manager = replaced.is_manager
    # before the new seat, since the database allows one seat on a place and one manager at any time
    replaced.removed_at, replaced.is_manager = locked.now, False
    await replaced.save(update_fields=["removed_at", "is_manager"])
    (place,) = free_places([seat.place for seat in locked.active_seats], 1)
    seat = await new_seat(locked, person, place, is_manager=was_manager)
    await locked.record(
        NewEvent(
            Kind.SEAT_REPLACED,
            {
                "seat_id": seat.id,
                "person_id": seat.person_id,
                "replaced_seat_id": replaced.id,
                "replaced_person_id": replaced.person_id,
            },
            organisation_id=locked.organisation_id,
            subject_id=seat.id,
            deliveries=[welcome_letter(locked, seat), seat_removed_letter(locked, replaced)],
        ),
        actor,
    )
    if was_manager:
        await locked.record(manager_changed(locked, seat, replaced), actor)
    return seat
