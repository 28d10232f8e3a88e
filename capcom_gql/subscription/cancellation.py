"""What a cancelled term leaves behind, whoever cancelled it: the event, and the redemptions to invoice again (R9)."""

from collections.abc import Sequence
from datetime import datetime

from capcom_gql.domain.events import Kind
from capcom_gql.domain.rights import Actor
from capcom_gql.storage.event_log import NewDelivery, NewEvent
from capcom_gql.storage.tables import Term
from capcom_gql.subscription.locked import LockedSubscription


async def record_cancelled(
    locked: LockedSubscription,
    term: Term,
    actor: Actor,
    *,
    at: datetime,
    deliveries: Sequence[NewDelivery] = (),
    note: str | None = None,
    is_step: bool = False,
) -> None:
    """Record that a term was cancelled at an instant; `is_step` where the calendar did it, which it does once."""
    reason = term.facts().cancellation_reason
    assert reason is not None, "the term was just cancelled"
    kind = Kind.TERM_CANCELLED
    details = {"term_id": term.id, "reason": reason.value, "proof_due_on": term.proof_due_on.isoformat()}
    await locked.record(
        NewEvent(
            kind,
            details,
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            occurred_at=at,
            note=note,
            step_key=f"{kind.value}:{term.id}" if is_step else None,
            deliveries=deliveries,
        ),
        actor,
    )
    due = await locked.to_reinvoice(term)
    if not due:
        return
    kind = Kind.REDEMPTIONS_TO_REINVOICE
    await locked.record(
        NewEvent(
            kind,
            {
                "term_id": term.id,
                "redemption_ids": [each.id for each in due],
                "amount_minor": sum(each.reduction_minor for each in due),
                "currency": locked.runtime.currency,
            },
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            occurred_at=at,
            step_key=f"{kind.value}:{term.id}" if is_step else None,
        ),
        actor,
    )
