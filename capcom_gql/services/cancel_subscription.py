"""Cancel a subscription by staff: every term whose last day is not over, at once (R9)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.proofs import cancellable, check_cancellation
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.forms import RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.cancellation import record_cancelled
from capcom_gql.subscription.locked import LockedSubscription

MAX_NOTE = 2000
"""The most characters of a note."""


@dataclass(frozen=True, slots=True)
class CancelSubscriptionForm:
    """Which subscription to cancel, and why."""

    subscription_id: str
    reason: CancellationReason
    """WITHDRAWN or BY_STAFF"""
    note: str
    """required; for staff"""


async def cancel_subscription(runtime: Runtime, actor: Actor, form: CancelSubscriptionForm) -> str:
    """Cancel a subscription; manager and users get the letter `cancelled`. Returns the subscription's id.

    Raises Refusal: FORBIDDEN, NOT_FOUND or NOT_LIVE at `subscriptionId`, INVALID_INPUT at `reason` or `note`.
    """
    authorize(Right.ADMINISTRATION, actor)
    note = RequiredText(MAX_NOTE).read(("note",), form.note)

    async def work() -> str:
        locked = await lock_subscription(runtime, form.subscription_id)
        if locked is None:
            raise Refusal(not_found("subscriptionId"))
        refuse_if([*check_cancellation(form.reason, locked.facts, locked.today), *note.faults])
        await _cancel(locked, form.reason, note.value, actor)
        await locked.schedule()
        return locked.subscription.id

    return await in_one_transaction(work)


async def _cancel(locked: LockedSubscription, reason: CancellationReason, note: str, actor: Actor) -> None:
    cancelled = [locked.term(each.id) for each in cancellable(locked.facts, locked.today)]
    for term in cancelled:
        term.withdrawn_at = locked.now
        term.withdrawn_reason = reason.value
        await term.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    first = cancelled[0]
    letters = locked.letters(Topic.CANCELLED, first, locked.now, subject=f"{first.id}:{reason}")
    for term in cancelled:
        is_first = term is first
        await record_cancelled(
            locked,
            term,
            actor,
            at=locked.now,
            deliveries=letters if is_first else (),
            note=note if is_first else None,
        )
