"""Release a redemption: the registration is cancelled, and the person has the discount for that event again (R22)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Redemption, Subscription
from capcom_gql.subscription.calendar import lock_subscription


@dataclass(frozen=True, slots=True)
class ReleaseDiscountForm:
    """Which redemption to release."""

    redemption_id: str


@dataclass(frozen=True, slots=True)
class Released:
    """The released redemption."""

    redemption_id: str


async def release_discount(runtime: Runtime, actor: Actor, form: ReleaseDiscountForm) -> Released:
    """Release a redemption, at any time, also after the end of the subscription.

    Raises Refusal: NOT_FOUND at `redemptionId` unless the caller is staff or the key that redeemed; ALREADY_RELEASED.
    """
    authorize(Right.REDEEM, actor)

    async def work() -> Released:
        known = await Redemption.get_or_none(id=form.redemption_id)
        if known is None or not (actor.is_staff or known.redeemed_by == actor.id):
            raise Refusal(not_found("redemptionId"))
        subscription = await Subscription.get(organisation_id=known.organisation_id)
        locked = await lock_subscription(runtime, subscription.id)
        assert locked is not None, "a redemption belongs to a subscription"
        redemption = await Redemption.get(id=known.id)
        if redemption.released_at is not None:
            raise Refusal(Fault(Code.ALREADY_RELEASED, ("redemptionId",), "already_released"))
        redemption.released_at = locked.now
        await redemption.save(update_fields=["released_at"])
        details = {"redemption_id": redemption.id, "seat_id": redemption.seat_id}
        await locked.record(NewEvent(Kind.DISCOUNT_RELEASED, details, locked.organisation_id, redemption.id), actor)
        await locked.schedule()
        return Released(redemption.id)

    return await in_one_transaction(work)
