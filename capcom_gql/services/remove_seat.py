"""Remove a user from the list of a live subscription; the subscriber number is never valid again (R12)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_live, check_removal
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Seat
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import seat_removed


@dataclass(frozen=True, slots=True)
class RemoveSeatForm:
    """Which seat to remove."""

    seat_id: str


@dataclass(frozen=True, slots=True)
class SeatRemoved:
    """The subscription whose list changed."""

    subscription_id: str


async def remove_seat(runtime: Runtime, actor: Actor, form: RemoveSeatForm) -> SeatRemoved:
    """Remove a seat at once.

    Raises Refusal at `seatId`: NOT_FOUND, FORBIDDEN, NOT_LIVE, CONFLICT for a removed seat, MANAGER_REQUIRED for the
    manager's own.
    """
    authorize(Right.MANAGE_SEATS, actor)

    async def work() -> SeatRemoved:
        known = await Seat.get_or_none(id=form.seat_id)
        locked = None if known is None else await lock_subscription(runtime, known.subscription_id)
        if locked is None:
            raise Refusal(not_found("seatId"))
        await authorize_now(Right.MANAGE_SEATS, actor, locked.organisation_id, "seatId")
        seat = next(each for each in locked.seats if each.id == form.seat_id)
        refuse_if(_faults(locked, seat))
        seat.removed_at = locked.now
        await seat.save(update_fields=["removed_at"])
        await locked.record(seat_removed(locked, seat), actor)
        await locked.schedule()
        return SeatRemoved(locked.subscription.id)

    return await in_one_transaction(work)


def _faults(locked: LockedSubscription, seat: Seat) -> list[Fault]:
    if faults := check_live(locked.status.is_live, ("seatId",)):
        return faults
    if seat.removed_at is not None:
        return [Fault(Code.CONFLICT, ("seatId",), "seat_removed_already")]
    return check_removal(seat.facts())
