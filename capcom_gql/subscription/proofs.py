"""Record a payment proof and confirm its term, for several commands (R8, R9)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from capcom_gql.domain.events import Detail
from capcom_gql.domain.proofs import check_receipt
from capcom_gql.forms import Read, RequiredText
from capcom_gql.storage import ids
from capcom_gql.storage.tables import PaymentProof, Term
from capcom_gql.subscription.locked import LockedSubscription


@dataclass(frozen=True, slots=True)
class Proof:
    """What arrived, the number on it, and the day it came, in the operator's time zone."""

    kind: str
    reference: str
    received_on: date


def read_proof(given: Proof, today: date) -> Read[Proof]:
    """A proof as it is kept, or its faults: a `received_on` after `today` is one (R8)."""
    reference = RequiredText().read(("reference",), given.reference)
    faults = (*reference.faults, *check_receipt(given.received_on, today))
    return Read(replace(given, reference=reference.partial), faults)


async def confirm_term(
    locked: LockedSubscription, term: Term, given: Proof, *, at: datetime | None = None
) -> dict[str, Detail]:
    """Record a proof and confirm the term, as of `at` (product's clock) or now.

    Returns the details of the event `term.confirmed` or `term.reinstated`.
    """
    proof = await PaymentProof.create(
        id=ids.new_id(ids.PROOF),
        term=term,
        kind=given.kind,
        reference=given.reference,
        received_on=given.received_on,
        recorded_at=locked.now,
    )
    term.confirmed_at = at or locked.now
    await term.save(update_fields=["confirmed_at"])
    return {
        "term_id": term.id,
        "proof_id": proof.id,
        "proof_kind": given.kind,
        "received_on": given.received_on.isoformat(),
    }
