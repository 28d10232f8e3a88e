"""The steps that the calendar takes by itself: which is next, and what it changes in the facts.

Recording the steps one by one until none is due gives the same facts to a late worker as to a punctual one, but for
letters: of those that ask for a renewal only the latest due is sent after an outage, the ones before it are skipped
(R15), and a proof is not asked for any more once its due day is over (R8).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.lifecycle import awaits_proof, follows, proof_too_late
from capcom_gql.domain.renewals import RenewalNotice, notices_due
from capcom_gql.domain.terms import LifecyclePolicy, Term, end_instant, proof_reminder_on, unpaid_instant


class StepKind(StrEnum):
    """What the calendar does to a subscription by itself."""

    CANCEL_UNPAID = "CANCEL_UNPAID"
    START = "START"
    ASK_RENEWAL = "ASK_RENEWAL"
    REMIND_RENEWAL = "REMIND_RENEWAL"
    SKIP_RENEWAL = "SKIP_RENEWAL"
    EXPIRE = "EXPIRE"
    REMIND_PROOF = "REMIND_PROOF"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the calendar: what, on which term, and the instant (UTC) from which it is due.

    `call` is the letter that a step about the renewal sends or skips.
    """

    at: datetime
    kind: StepKind
    term_id: str
    notice: RenewalNotice | None = None


# At one instant: a term falls before it could begin (R17), begins before the one it follows is over (R16), and the
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
    """The earliest step that the calendar demands and that is not recorded yet, due already or still to come.

    It is due once `now >= step.at`.
    """
    recorded = tuple(terms)
    steps = [step for term in recorded for step in _steps_of(term, recorded, now, policy)]
    return min(steps, key=_place, default=None)


def _place(step: Step) -> tuple[datetime, int, date]:
    return step.at, _ORDER[step.kind], step.notice.on if step.notice is not None else date.min


def _steps_of(term: Term, terms: Sequence[Term], now: datetime, policy: LifecyclePolicy) -> list[Step]:
    if term.cancelled_at is not None:
        return []
    steps = _proof_steps(term, policy.day_of(now), policy)
    if term.started_at is None:
        steps.append(Step(_resumed(term, policy.first_instant(term.starts_on)), StepKind.START, term.id))
    end = _resumed(term, end_instant(term.ends_on, policy))
    if term.ended_at is None and not _is_outlived(term, terms):
        steps.append(Step(end, StepKind.EXPIRE, term.id))
        steps += _renewal_steps(term, terms, now, end, policy)
    return steps


def _is_outlived(term: Term, terms: Sequence[Term]) -> bool:
    """Whether a later term has begun: a term reinstated once over, after a reopening, ends no subscription (R9).

    The term that takes over on the day after begins before this one could be over, and ends it (R17).
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
    """Of the letters due only the latest is sent, and none once the end itself is due (R15)."""
    owed = [(_resumed(term, policy.first_instant(notice.on)), notice) for notice in notices_due(term, terms, policy)]
    due = [notice for at, notice in owed if at <= now]
    skipped = due if end <= now else due[:-1]
    return [Step(at, _renewal_kind(notice, notice in skipped), term.id, notice) for at, notice in owed]


def _renewal_kind(notice: RenewalNotice, is_skipped: bool) -> StepKind:
    if is_skipped:
        return StepKind.SKIP_RENEWAL
    return StepKind.REMIND_RENEWAL if notice.reminder else StepKind.ASK_RENEWAL


def _resumed(term: Term, instant: datetime) -> datetime:
    """Nothing happens to a term while it lies cancelled: what was to come then comes when it is reinstated (R9)."""
    return instant if term.reinstated_at is None else max(instant, term.reinstated_at)


def after(terms: Iterable[Term], step: Step) -> tuple[Term, ...]:
    """The terms once a step is recorded; every other term is left as it is."""
    known = tuple(terms)
    subject = next(term for term in known if term.id == step.term_id)
    return tuple(_after(term, subject, step) for term in known)


def _after(term: Term, subject: Term, step: Step) -> Term:
    if step.kind is StepKind.CANCEL_UNPAID:
        # cancelling a term cancels every later one (R9)
        falls = term.cancelled_at is None and term.starts_on >= subject.starts_on
        return replace(term, unpaid_at=step.at) if falls else term
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
    assert step.notice is not None, "what is left is about a letter that asks for the renewal"
    sent = term.reminders_sent + (step.kind is StepKind.REMIND_RENEWAL)
    return replace(term, renewal_settled_to=step.notice.on, reminders_sent=sent)
