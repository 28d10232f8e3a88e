"""The steps that the calendar takes by itself: which one is next, and which facts it changes.

Recording the steps one by one until none is due gives the same facts after an outage as without one. Only letters
differ: of the due letters that ask for a renewal the latest is sent and the others are skipped (R15), and a proof is
not asked for once its due day is over (R8).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.lifecycle import awaits_proof, follows, proof_too_late
from capcom_gql.domain.renewals import RenewalNotice, notices_due
from capcom_gql.domain.terms import LifecyclePolicy, Term, end_instant, proof_reminder_on, unpaid_instant


class StepKind(StrEnum):
    """The kinds of step that the calendar takes by itself."""

    CANCEL_UNPAID = "CANCEL_UNPAID"
    """cancel a term, and every later one, at the first instant of D+16 without a proof (R9)"""
    START = "START"
    """begin a renewed term on its first day, which ends the term before it (R17)"""
    ASK_RENEWAL = "ASK_RENEWAL"
    """send the renewal notice (R13)"""
    REMIND_RENEWAL = "REMIND_RENEWAL"
    """send a renewal reminder (R15)"""
    SKIP_RENEWAL = "SKIP_RENEWAL"
    """record that a notice or reminder is left out after an outage (R15)"""
    EXPIRE = "EXPIRE"
    """end a term that no other term follows (R16)"""
    REMIND_PROOF = "REMIND_PROOF"
    """remind the manager of the payment proof (R8)"""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the calendar on one term."""

    at: datetime
    """the instant (UTC, product's clock) from which it is due; what it records is dated so"""
    kind: StepKind
    term_id: str
    notice: RenewalNotice | None = None
    """the letter that ASK_RENEWAL and REMIND_RENEWAL send and SKIP_RENEWAL leaves out; None for other kinds"""


# At one instant a term is cancelled before it could begin (R17), begins before the one it follows ends (R16), and the
# letters that ask for a renewal come before the end.
_ORDER = {
    StepKind.CANCEL_UNPAID: 0,
    StepKind.START: 1,
    StepKind.ASK_RENEWAL: 2,
    StepKind.REMIND_RENEWAL: 2,
    StepKind.SKIP_RENEWAL: 2,
    StepKind.EXPIRE: 3,
    StepKind.REMIND_PROOF: 4,
}


def next_step(terms: Iterable[Term], now: datetime, policy: LifecyclePolicy) -> Step | None:
    """The earliest step that is not recorded yet; None when nothing is left to do.

    It is due when `now` (product's clock) is at or after `step.at`, otherwise still to come.
    """
    recorded = tuple(terms)
    steps = [step for term in recorded for step in _steps_of(term, recorded, now, policy)]
    return min(steps, key=_sort_key, default=None)


def _sort_key(step: Step) -> tuple[datetime, int, date]:
    return step.at, _ORDER[step.kind], step.notice.on if step.notice is not None else date.min


def _steps_of(term: Term, terms: Sequence[Term], now: datetime, policy: LifecyclePolicy) -> list[Step]:
    if term.cancelled_at is not None:
        return []
    steps = _proof_steps(term, policy.day_of(now), policy)
    if term.started_at is None:
        start = _not_before_reinstatement(term, policy.first_instant(term.starts_on))
        steps.append(Step(start, StepKind.START, term.id))
    end = _not_before_reinstatement(term, end_instant(term.ends_on, policy))
    if term.ended_at is None and not _later_term_has_begun(term, terms):
        steps.append(Step(end, StepKind.EXPIRE, term.id))
        steps += _renewal_steps(term, terms, now, end, policy)
    return steps


def _later_term_has_begun(term: Term, terms: Sequence[Term]) -> bool:
    """Whether a later term has begun, so that the end of this one does not end the subscription.

    It is so for a term that is reinstated after its last day when the subscription was reopened meanwhile (R9), and
    for a renewed term, whose beginning already ended this one (R17).
    """
    return any(each.started_at is not None and each.starts_on > term.ends_on for each in terms)


def _proof_steps(term: Term, today: date, policy: LifecyclePolicy) -> list[Step]:
    if not awaits_proof(term):
        return []
    steps = [Step(unpaid_instant(term.proof_due_on, policy), StepKind.CANCEL_UNPAID, term.id)]
    if term.proof_reminded_at is None and not proof_too_late(term, today):
        reminder = policy.first_instant(proof_reminder_on(term.proof_due_on, policy))
        steps.append(Step(reminder, StepKind.REMIND_PROOF, term.id))
    return steps


def _renewal_steps(
    term: Term, terms: Sequence[Term], now: datetime, end: datetime, policy: LifecyclePolicy
) -> list[Step]:
    """Of the letters that are due only the latest is sent, and none once the end itself is due (R15)."""
    notices = [
        (_not_before_reinstatement(term, policy.first_instant(notice.on)), notice)
        for notice in notices_due(term, terms, policy)
    ]
    due = [notice for at, notice in notices if at <= now]
    skipped = due if end <= now else due[:-1]
    return [Step(at, _renewal_kind(notice, notice in skipped), term.id, notice) for at, notice in notices]


def _renewal_kind(notice: RenewalNotice, is_skipped: bool) -> StepKind:
    if is_skipped:
        return StepKind.SKIP_RENEWAL
    return StepKind.REMIND_RENEWAL if notice.reminder else StepKind.ASK_RENEWAL


def _not_before_reinstatement(term: Term, instant: datetime) -> datetime:
    """Steps that a cancelled term missed are due at the instant of its reinstatement (R9)."""
    return instant if term.reinstated_at is None else max(instant, term.reinstated_at)


def apply_step(terms: Iterable[Term], step: Step) -> tuple[Term, ...]:
    """The terms, in the given order, as the facts are once a step is recorded.

    A step changes the term that it names; CANCEL_UNPAID also every later term that is not cancelled, START also the
    term before, where it is neither cancelled nor ended. Raises StopIteration for a step of none of these terms.
    """
    known = tuple(terms)
    subject = next(term for term in known if term.id == step.term_id)
    return tuple(_apply_to(term, subject, step) for term in known)


def _apply_to(term: Term, subject: Term, step: Step) -> Term:
    if step.kind is StepKind.CANCEL_UNPAID:
        # cancelling a term cancels every later one (R9)
        is_cancelled = term.cancelled_at is None and term.starts_on >= subject.starts_on
        return replace(term, unpaid_at=step.at) if is_cancelled else term
    if step.kind is StepKind.START and follows(subject, term) and term.cancelled_at is None and term.ended_at is None:
        return replace(term, ended_at=step.at)
    if term.id != subject.id:
        return term
    match step.kind:
        case StepKind.START:
            return replace(term, started_at=step.at)
        case StepKind.EXPIRE:
            return replace(term, ended_at=step.at)
        case StepKind.REMIND_PROOF:
            return replace(term, proof_reminded_at=step.at)
    assert step.notice is not None, "the other kinds of step are about a letter that asks for the renewal"
    sent = term.reminders_sent + (step.kind is StepKind.REMIND_RENEWAL)
    return replace(term, renewal_settled_to=step.notice.on, reminders_sent=sent)
