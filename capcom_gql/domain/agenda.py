"""The agenda: what will happen to a subscription, and when, if nobody acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.answer_sentences import AGENDA
from capcom_gql.domain.sentences import Locale, say
from capcom_gql.domain.steps import Step, StepKind, after, next_step
from capcom_gql.domain.terms import LifecyclePolicy, Term


class MilestoneKind(StrEnum):
    """What an agenda names."""

    PROOF_REMINDER = "PROOF_REMINDER"
    PROOF_DEADLINE = "PROOF_DEADLINE"
    RENEWAL_NOTICE = "RENEWAL_NOTICE"
    RENEWAL_REMINDER = "RENEWAL_REMINDER"
    EXPIRY = "EXPIRY"


_KINDS = {
    StepKind.REMIND_PROOF: MilestoneKind.PROOF_REMINDER,
    StepKind.CANCEL_UNPAID: MilestoneKind.PROOF_DEADLINE,
    StepKind.ASK_RENEWAL: MilestoneKind.RENEWAL_NOTICE,
    StepKind.REMIND_RENEWAL: MilestoneKind.RENEWAL_REMINDER,
    StepKind.EXPIRE: MilestoneKind.EXPIRY,
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """What will happen, and the civil day on which it stands."""

    kind: MilestoneKind
    on: date

    def sentence(self, locale: Locale) -> str:
        """What it means, in the reader's language."""
        return say(AGENDA, self.kind.value, locale)


def agenda(terms: Iterable[Term], now: datetime, policy: LifecyclePolicy) -> tuple[Milestone, ...]:
    """What the calendar will do from now on, in order, if nobody acts: the very steps that the tick will take."""
    known, milestones = tuple(terms), []
    while (step := next_step(known, now, policy)) is not None:
        known = after(known, step)
        if step.at > now and step.kind in _KINDS:
            milestones.append(Milestone(_KINDS[step.kind], _day(step, known, policy)))
    return tuple(milestones)


def _day(step: Step, terms: Iterable[Term], policy: LifecyclePolicy) -> date:
    """The day of the step; a deadline stands on its last day (R8)."""
    if step.kind is StepKind.CANCEL_UNPAID:
        return next(term.proof_due_on for term in terms if term.id == step.term_id)
    return policy.day_of(step.at)
