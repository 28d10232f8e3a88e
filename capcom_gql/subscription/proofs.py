"""Record a payment proof and confirm its term, for several commands (R8, R9)."""

from datetime import date, datetime

from capcom_gql.domain.events import Detail
from capcom_gql.domain.proofs import check_receipt
from capcom_gql.domain.refusals import Fault
from capcom_gql.forms import check_text
from capcom_gql.storage import ids
from capcom_gql.storage.tables import PaymentProof, Term
from capcom_gql.subscription.locked import LockedSubscription


def proof_faults(reference: str, received_on: date, today: date) -> list[Fault]:
    """The faults of a proof's `reference` and of `received_on`, a civil day that must not be after `today` (R8)."""
    return [*check_text(("reference",), reference, required=True), *check_receipt(received_on, today)]


async def confirm_term(
    locked: LockedSubscription, term: Term, kind: str, reference: str, received_on: date, *, at: datetime | None = None
) -> dict[str, Detail]:
    """Record a proof and confirm the term, as of `at` (product's clock) or now.

    Returns the details of the event `term.confirmed` or `term.reinstated`.
    """
    proof = await PaymentProof.create(
        id=ids.new_id(ids.PROOF),
        term=term,
        kind=kind,
        reference=reference.strip(),
        received_on=received_on,
        recorded_at=locked.now,
    )
    term.confirmed_at = at or locked.now
    await term.save(update_fields=["confirmed_at"])
    return {"term_id": term.id, "proof_id": proof.id, "proof_kind": kind, "received_on": received_on.isoformat()}
