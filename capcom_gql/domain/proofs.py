"""What makes a payment proof serve a term (R8)."""

from datetime import date

from capcom_gql.domain.lifecycle import awaits_proof
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.domain.terms import CancellationReason, Term


def check_receipt(received_on: date, today: date) -> list[Fault]:
    """A proof is not received in the future; it may have come before the opening (R8)."""
    if received_on <= today:
        return []
    return [invalid(("receivedOn",), "received_in_future", today=today)]


def check_service(term: Term) -> list[Fault]:
    """Why a proof does not serve a term whose due steps are recorded: it is cancelled, or confirmed already (R8)."""
    if term.cancelled_at is not None:
        unpaid = term.cancellation_reason is CancellationReason.UNPAID
        key = "proof_too_late" if unpaid else "proof_term_cancelled"
        return [Fault(Code.PROOF_TOO_LATE, ("termId",), key, {"due_on": term.proof_due_on})]
    if not awaits_proof(term):
        return [Fault(Code.PROOF_ALREADY_RECORDED, ("termId",), "proof_already_recorded")]
    return []
