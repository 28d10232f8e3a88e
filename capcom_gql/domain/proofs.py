"""What refuses a payment proof, a reinstatement or a cancellation by staff (R8, R9)."""

from collections.abc import Iterable, Sequence
from datetime import date

from capcom_gql.domain.lifecycle import awaits_proof
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.domain.sign_ups import check_overlap
from capcom_gql.domain.terms import CancellationReason, Term


def check_reinstatement(term: Term, terms: Sequence[Term]) -> list[Fault]:
    """The fault at `termId` of reinstating a term, or an empty list (R9).

    CONFLICT unless the term is cancelled unpaid; TERM_OVERLAPS where another of `terms` that is not cancelled shares a
    day with it.
    """
    if term.cancellation_reason is not CancellationReason.UNPAID:
        return [Fault(Code.CONFLICT, ("termId",), "reinstate_unpaid_only")]
    return check_overlap(term, terms, ("termId",))


def cancellable(terms: Iterable[Term], today: date) -> tuple[Term, ...]:
    """The terms that a cancellation by staff cancels: those neither over on this day nor cancelled already (R9)."""
    return tuple(term for term in terms if term.cancelled_at is None and term.ends_on >= today)


def check_cancellation(reason: CancellationReason, terms: Iterable[Term], today: date) -> list[Fault]:
    """The faults of a cancellation by staff (R9).

    NOT_LIVE at `subscriptionId` where no term is left to cancel; INVALID_INPUT at `reason` for UNPAID, which only the
    calendar gives.
    """
    faults = []
    if not cancellable(terms, today):
        faults.append(Fault(Code.NOT_LIVE, ("subscriptionId",), "nothing_to_cancel"))
    if reason is CancellationReason.UNPAID:
        faults.append(invalid(("reason",), "unpaid_by_calendar"))
    return faults


def check_receipt(received_on: date, today: date) -> list[Fault]:
    """The fault INVALID_INPUT at `receivedOn` of a proof received after today; before the opening is accepted (R8)."""
    if received_on <= today:
        return []
    return [invalid(("receivedOn",), "received_in_future", today=today)]


def check_awaits_proof(term: Term) -> list[Fault]:
    """The fault at `termId` of recording a proof for a term, or an empty list (R8).

    PROOF_TOO_LATE for a cancelled term, PROOF_ALREADY_RECORDED for a confirmed one. The steps that are due must be
    recorded first.
    """
    if term.cancelled_at is not None:
        unpaid = term.cancellation_reason is CancellationReason.UNPAID
        key = "proof_too_late" if unpaid else "proof_term_cancelled"
        return [Fault(Code.PROOF_TOO_LATE, ("termId",), key, {"due_on": term.proof_due_on})]
    if not awaits_proof(term):
        return [Fault(Code.PROOF_ALREADY_RECORDED, ("termId",), "proof_already_recorded")]
    return []
