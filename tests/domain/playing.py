"""A worker for these tests: it records the steps of the calendar on values, as the product's worker does on rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from capcom_gql.domain.lifecycle import previous_unpaid, subscription_status
from capcom_gql.domain.steps import Step, apply_step, next_step
from capcom_gql.domain.terms import LifecyclePolicy, Term
from tests.domain.diary import A_DAY, Reading

MORE_STEPS_THAN_ANY_HISTORY_HAS = 100


def steps_due(terms: Sequence[Term], now: datetime, policy: LifecyclePolicy) -> tuple[tuple[Term, ...], list[Step]]:
    """The terms once every step due is recorded, with these steps in their order."""
    known, steps = tuple(terms), list[Step]()
    while (step := next_step(known, now, policy)) is not None and step.at <= now:
        known = apply_step(known, step)
        steps.append(step)
        assert len(steps) < MORE_STEPS_THAN_ANY_HISTORY_HAS, "the calendar never comes to rest"
    return known, steps


def settled(terms: Sequence[Term], now: datetime, policy: LifecyclePolicy) -> tuple[Term, ...]:
    """The terms once every step due is recorded."""
    return steps_due(terms, now, policy)[0]


def read_by_the_rules(terms: Sequence[Term], at: datetime, policy: LifecyclePolicy) -> Reading:
    """What the rules make of these facts at an instant, to hold against a diary or another reading."""
    status = subscription_status(terms, policy.day_of(at), policy)
    assert status is not None
    return Reading(
        status.state.value,
        status.is_live,
        status.starts_on,
        status.ends_on,
        status.proof_due_on,
        status.valid_until,
        status.seat_limit,
        None if status.upcoming is None else status.upcoming.id,
        previous_unpaid(status),
    )


def played_daily(
    terms: Sequence[Term], first: date, last: date, policy: LifecyclePolicy, hours: Sequence[int] = (0, 8)
) -> tuple[Term, ...]:
    """The terms after a worker that woke at these hours of every day from the first to the last."""
    known, current = tuple(terms), first
    while current <= last:
        for hour in hours:
            known = settled(known, datetime.combine(current, time(hour), policy.zone), policy)
        current += A_DAY
    return known


def facts(terms: Sequence[Term]) -> list[Term]:
    """The facts that a late worker writes like a punctual one: all but which reminders went."""
    return sorted((replace(term, proof_reminded_at=None, reminders_sent=0) for term in terms), key=lambda term: term.id)
