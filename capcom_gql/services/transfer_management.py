"""Hand the manager's role of a live subscription over to another of its users (R12)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_active, check_live
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Seat
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import manager_changed


@dataclass(frozen=True, slots=True)
class TransferManagementForm:
    """The subscription, and the active seat of the user who becomes its manager."""

    subscription_id: str
    seat_id: str


@dataclass(frozen=True, slots=True)
class ManagementTransferred:
    """The subscription that was handed over."""

    subscription_id: str


async def transfer_management(runtime: Runtime, actor: Actor, form: TransferManagementForm) -> ManagementTransferred:
    """Make the holder of an active seat the manager; the former and the new one are mailed. Idempotent.

    Raises Refusal: NOT_FOUND, FORBIDDEN, NOT_LIVE at `subscriptionId`; NOT_FOUND or, for a removed seat, CONFLICT at
    `seatId`.
    """
    authorize(Right.MANAGE_SEATS, actor)

    async def work() -> ManagementTransferred:
        locked = await lock_subscription(runtime, form.subscription_id)
        if locked is None:
            raise Refusal(not_found("subscriptionId"))
        await authorize_now(Right.MANAGE_SEATS, actor, locked.organisation_id, "subscriptionId")
        refuse_if(check_live(locked.status.is_live, ("subscriptionId",)))
        seat = next((each for each in locked.seats if each.id == form.seat_id), None)
        if seat is None:
            raise Refusal(not_found("seatId"))
        refuse_if(check_active(seat.facts()))
        if not seat.is_manager:
            await _hand_over(locked, seat, actor)
        await locked.schedule()
        return ManagementTransferred(locked.subscription.id)

    return await in_one_transaction(work)


async def _hand_over(locked: LockedSubscription, seat: Seat, actor: Actor) -> None:
    previous = next((each for each in locked.active_seats if each.is_manager), None)
    # the former manager first, since the database allows only one at any time
    if previous is not None:
        previous.is_manager = False
        await previous.save(update_fields=["is_manager"])
    seat.is_manager = True
    await seat.save(update_fields=["is_manager"])
    await locked.record(manager_changed(locked, seat, previous), actor)
