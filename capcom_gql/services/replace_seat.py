"""Replace a user of a live subscription by another person: a new seat and number, the old number dead (R12)."""

from dataclasses import dataclass

from capcom_gql import forms
from capcom_gql.access.accounts import find_or_create
from capcom_gql.access.authorize import demand, demand_now
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_active, check_live, check_replacement, free_places
from capcom_gql.domain.sentences import Locale
from capcom_gql.forms import PersonForm
from capcom_gql.runtime import Setup
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import Entry
from capcom_gql.storage.tables import Person, Seat
from capcom_gql.subscription.calendar import open_dossier
from capcom_gql.subscription.locked import Dossier
from capcom_gql.subscription.seats import farewell, handover, new_seat, welcome


@dataclass(frozen=True, slots=True)
class ReplaceSeatInput:
    """The seat, and the person who takes over."""

    seat_id: str
    user: PersonForm


@dataclass(frozen=True, slots=True)
class SeatReplaced:
    """The seat of the new person."""

    subscription_id: str
    seat_id: str


async def replace_seat(setup: Setup, actor: Actor, form: ReplaceSeatInput, locale: Locale) -> SeatReplaced:
    """Give the place of a seat to another person; the management goes with it. Raises Refusal with all faults."""
    demand(Right.LIST, actor)

    async def work() -> SeatReplaced:
        known = await Seat.get_or_none(id=form.seat_id)
        dossier = None if known is None else await open_dossier(setup, known.subscription_id)
        if dossier is None:
            raise Refusal(not_found("seatId"))
        await demand_now(Right.LIST, actor, dossier.organisation_id, "seatId")
        replaced = next(each for each in dossier.seats if each.id == form.seat_id)
        refuse_if(_faults(dossier, replaced, form.user))
        person = await find_or_create(forms.normal_person(form.user, locale), dossier.now)
        seat = await _replace(dossier, replaced, person, actor)
        await dossier.close()
        return SeatReplaced(dossier.subscription.id, seat.id)

    return await in_one_transaction(work)


def _faults(dossier: Dossier, replaced: Seat, user: PersonForm) -> list[Fault]:
    if over := check_live(dossier.standing.is_live, ("seatId",)):
        return over
    if gone := check_active(replaced.facts()):
        return gone
    holders = {seat.person.email_key for seat in dossier.active_seats}
    return [*forms.check_person(("user",), user), *check_replacement(forms.compared(user.email), holders)]


async def _replace(dossier: Dossier, replaced: Seat, person: Person, actor: Actor) -> Seat:
    was_manager = replaced.is_manager
    # before the new seat: a place is one seat's, and a list has one manager, at any moment
    replaced.removed_at, replaced.is_manager = dossier.now, False
    await replaced.save(update_fields=["removed_at", "is_manager"])
    (place,) = free_places([seat.place for seat in dossier.active_seats], 1)
    seat = await new_seat(dossier, person, place, is_manager=was_manager)
    await dossier.record(
        Entry(
            Kind.SEAT_REPLACED,
            {
                "seat_id": seat.id,
                "person_id": seat.person_id,
                "replaced_seat_id": replaced.id,
                "replaced_person_id": replaced.person_id,
            },
            organisation_id=dossier.organisation_id,
            subject_id=seat.id,
            posts=[welcome(dossier, seat), farewell(dossier, replaced)],
        ),
        actor,
    )
    if was_manager:
        await dossier.record(handover(dossier, seat, replaced), actor)
    return seat
