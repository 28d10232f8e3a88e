"""Decline the renewal of the running term: the reminders stop, and nothing else changes (R15)."""

from dataclasses import dataclass, replace

from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.renewals import check_decline
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import Text
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription

MAX_REASON = 2000
"""The most characters of a reason."""


@dataclass(frozen=True, slots=True)
class DeclineRenewalForm:
    """Which subscription will not be renewed, and why; the reason is optional."""

    subscription_id: str
    reason: str | None = None


async def decline_renewal(runtime: Runtime, actor: Actor, form: DeclineRenewalForm) -> str:
    """Decline the renewal. Returns the subscription's id.

    Declining again is idempotent; it only adds a reason that is given now. Raises Refusal: NOT_FOUND, FORBIDDEN,
    NOT_LIVE or RENEWAL_ALREADY_DONE at `subscriptionId`, INVALID_INPUT at `reason`.
    """
    authorize(Right.RENEWAL, actor)
    reason = Text(MAX_REASON).read(("reason",), form.reason)

    async def work() -> str:
        locked = await lock_subscription(runtime, form.subscription_id)
        if locked is None:
            raise Refusal(not_found("subscriptionId"))
        await authorize_now(Right.RENEWAL, actor, locked.organisation_id, "subscriptionId")
        refuse_if([*check_decline(locked.status), *reason.faults])
        await _decline(locked, reason.value, actor)
        await locked.schedule()
        return locked.subscription.id

    return await in_one_transaction(work)


async def _decline(locked: LockedSubscription, reason: str | None, actor: Actor) -> None:
    term = locked.term(locked.status.term.id)
    is_first = term.declined_at is None
    if not is_first and reason is None:
        return
    if is_first:
        term.declined_at = locked.now
        await term.save(update_fields=["declined_at"])
    # one letter for each decline, not for each term: a renewal that is cancelled again may be declined once more
    letters = [replace(each, subject=None) for each in locked.letters(Topic.DECLINED, term, locked.now)]
    await locked.record(
        NewEvent(
            Kind.RENEWAL_DECLINED,
            {"term_id": term.id, "ends_on": term.ends_on.isoformat()},
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            note=reason,
            deliveries=letters if is_first else [],
        ),
        actor,
    )
