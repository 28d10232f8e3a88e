"""The agenda of a subscription: what the calendar will do, and on which day, if nobody acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.steps import Step, StepKind, apply_step, next_step
from capcom_gql.domain.terms import LifecyclePolicy, Term


class MilestoneKind(StrEnum):
    """The kinds of entry in an agenda."""

    PROOF_REMINDER = "PROOF_REMINDER"
    """the manager is reminded of the payment proof (R8)"""
    PROOF_DEADLINE = "PROOF_DEADLINE"
    """the last day for the payment proof; the term is cancelled at the first instant of the next day (R9)"""
    RENEWAL_NOTICE = "RENEWAL_NOTICE"
    """manager and users are asked whether to renew (R13)"""
    RENEWAL_REMINDER = "RENEWAL_REMINDER"
    """manager and users are reminded of the renewal (R15)"""
    EXPIRY = "EXPIRY"
    """the first day on which the subscription is expired (R16)"""


_KINDS = {
    StepKind.REMIND_PROOF: MilestoneKind.PROOF_REMINDER,
    StepKind.CANCEL_UNPAID: MilestoneKind.PROOF_DEADLINE,
    StepKind.ASK_RENEWAL: MilestoneKind.RENEWAL_NOTICE,
    StepKind.REMIND_RENEWAL: MilestoneKind.RENEWAL_REMINDER,
    StepKind.EXPIRE: MilestoneKind.EXPIRY,
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """One entry of an agenda: what will happen, and the civil day of the operator's zone that shows it."""

    kind: MilestoneKind
    on: date


def agenda(terms: Iterable[Term], now: datetime, policy: LifecyclePolicy) -> tuple[Milestone, ...]:
    """What the calendar will do after `now` (product's clock), by day, if nobody acts.

    Computed with the same steps as the tick. What is due already is not in it.
    """
    known, milestones = tuple(terms), []
    while (step := next_step(known, now, policy)) is not None:
        known = apply_step(known, step)
        if step.at > now and step.kind in _KINDS:
            milestones.append(Milestone(_KINDS[step.kind], _day(step, known, policy)))
    return tuple(milestones)


def _day(step: Step, terms: Iterable[Term], policy: LifecyclePolicy) -> date:
    """The day that shows a step; for the deadline of a proof it is the last day, not the next one (R8)."""
    if step.kind is StepKind.CANCEL_UNPAID:
        return next(term.proof_due_on for term in terms if term.id == step.term_id)
    return policy.day_of(step.at)
