"""Remove a user from the list of a live subscription: the number is dead for good, at once (R12)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import demand, demand_now
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_live, check_removal
from capcom_gql.runtime import Setup
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Seat
from capcom_gql.subscription.calendar import open_dossier
from capcom_gql.subscription.locked import Dossier
from capcom_gql.subscription.seats import removal


@dataclass(frozen=True, slots=True)
class RemoveSeatInput:
    """The seat to remove."""

    seat_id: str


@dataclass(frozen=True, slots=True)
class SeatRemoved:
    """The subscription whose list has changed."""

    subscription_id: str


async def remove_seat(setup: Setup, actor: Actor, form: RemoveSeatInput) -> SeatRemoved:
    """Remove a seat. Raises Refusal: the manager hands over first; nothing changes once the subscription is over."""
    demand(Right.LIST, actor)

    async def work() -> SeatRemoved:
        known = await Seat.get_or_none(id=form.seat_id)
        dossier = None if known is None else await open_dossier(setup, known.subscription_id)
        if dossier is None:
            raise Refusal(not_found("seatId"))
        await demand_now(Right.LIST, actor, dossier.organisation_id, "seatId")
        seat = next(each for each in dossier.seats if each.id == form.seat_id)
        refuse_if(_faults(dossier, seat))
        seat.removed_at = dossier.now
        await seat.save(update_fields=["removed_at"])
        await dossier.record(removal(dossier, seat), actor)
        await dossier.close()
        return SeatRemoved(dossier.subscription.id)

    return await in_one_transaction(work)


def _faults(dossier: Dossier, seat: Seat) -> list[Fault]:
    if over := check_live(dossier.standing.is_live, ("seatId",)):
        return over
    if seat.removed_at is not None:
        return [Fault(Code.CONFLICT, ("seatId",), "seat_removed_already")]
    return check_removal(seat.facts())
