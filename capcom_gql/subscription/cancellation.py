"""Record the cancellation of a term, by the calendar or by staff: the events and the redemptions to re-invoice (R9)."""

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
    """Record the events of a term that was just cancelled at `at` (product's clock), with the letters `deliveries`.

    `note` is free text of staff. `is_step` says that the calendar cancelled it; its events then have a unique key.
    """
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
    redemptions = await locked.redemptions_to_reinvoice(term)
    if not redemptions:
        return
    kind = Kind.REDEMPTIONS_TO_REINVOICE
    await locked.record(
        NewEvent(
            kind,
            {
                "term_id": term.id,
                "redemption_ids": [each.id for each in redemptions],
                "amount_minor": sum(each.reduction_minor for each in redemptions),
                "currency": locked.runtime.currency,
            },
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            occurred_at=at,
            step_key=f"{kind.value}:{term.id}" if is_step else None,
        ),
        actor,
    )
