"""The payment proof, and what its absence brings: cancellation and reinstatement (R8, R9)."""

from collections.abc import Iterable, Sequence
from datetime import date

from capcom_gql.domain.lifecycle import awaits_proof
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.domain.sign_ups import check_overlap
from capcom_gql.domain.terms import CancellationReason, Term


def check_reinstatement(term: Term, terms: Sequence[Term]) -> list[Fault]:
    """Why a term cannot be reinstated: it was not cancelled unpaid, or another has its days now (R9)."""
    if term.cancellation_reason is not CancellationReason.UNPAID:
        return [Fault(Code.CONFLICT, ("termId",), "reinstate_unpaid_only")]
    return check_overlap(term, terms, ("termId",))


def cancellable(terms: Iterable[Term], today: date) -> tuple[Term, ...]:
    """The terms that staff's cancellation ends: every one that is neither over nor cancelled already (R9)."""
    return tuple(term for term in terms if term.cancelled_at is None and term.ends_on >= today)


def check_cancellation(reason: CancellationReason, terms: Iterable[Term], today: date) -> list[Fault]:
    """Why staff cannot cancel: nothing is left to cancel, or the reason is the calendar's own (R9)."""
    faults = []
    if not cancellable(terms, today):
        faults.append(Fault(Code.NOT_LIVE, ("subscriptionId",), "nothing_to_cancel"))
    if reason is CancellationReason.UNPAID:
        faults.append(invalid(("reason",), "unpaid_by_calendar"))
    return faults


def check_receipt(received_on: date, today: date) -> list[Fault]:
    """A proof is not received in the future; it may have come before the opening (R8)."""
    if received_on <= today:
        return []
    return [invalid(("receivedOn",), "received_in_future", today=today)]


def check_awaits_proof(term: Term) -> list[Fault]:
    """Why a proof does not serve a term whose due steps are recorded: it is cancelled, or confirmed already (R8)."""
    if term.cancelled_at is not None:
        unpaid = term.cancellation_reason is CancellationReason.UNPAID
        key = "proof_too_late" if unpaid else "proof_term_cancelled"
        return [Fault(Code.PROOF_TOO_LATE, ("termId",), key, {"due_on": term.proof_due_on})]
    if not awaits_proof(term):
        return [Fault(Code.PROOF_ALREADY_RECORDED, ("termId",), "proof_already_recorded")]
    return []
