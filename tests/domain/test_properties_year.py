"""What holds of every renewal, every letter that asks for one, every agenda; whatever people do and workers miss."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from capcom_gql.domain.agenda import agenda
from capcom_gql.domain.lifecycle import subscription_status
from capcom_gql.domain.renewals import check_renewal
from capcom_gql.domain.steps import Step, StepKind
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, first_term
from tests.domain import deeds
from tests.domain.diary import A_DAY, a_month_earlier, a_year_later
from tests.domain.playing import settled, steps_due
from tests.domain.words import offer

STEADY = settings(derandomize=True, deadline=None, max_examples=120)
HEAVY = settings(derandomize=True, deadline=None, max_examples=40)

# both changes of the clock fall on letters of some of these years, at Paris and elsewhere
EDGES = [date(2028, 2, 29), date(2027, 2, 28), date(2027, 3, 1), date(2026, 4, 5), date(2026, 11, 21), date(2027, 4, 1)]
DAYS = st.one_of(st.sampled_from(EDGES), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
ZONES = st.sampled_from([LifecyclePolicy(zone=ZoneInfo(name)) for name in ("Europe/Paris", "America/Santiago")])
INTO_THE_YEAR = st.one_of(st.integers(0, 363), st.integers(325, 363))
WAKINGS = st.sets(st.one_of(st.integers(0, 420), st.integers(325, 370)), max_size=12)
SENT = (StepKind.ASK_RENEWAL, StepKind.REMIND_RENEWAL)
NAMED = {
    StepKind.REMIND_PROOF: "PROOF_REMINDER",
    StepKind.CANCEL_UNPAID: "PROOF_DEADLINE",
    StepKind.ASK_RENEWAL: "RENEWAL_NOTICE",
    StepKind.REMIND_RENEWAL: "RENEWAL_REMINDER",
    StepKind.EXPIRE: "EXPIRY",
}
"""A deadline stands on its last day, the eve of what it triggers; all else on the day on which it happens."""


def noon(day: date, policy: LifecyclePolicy) -> datetime:
    return datetime.combine(day, time(12), policy.zone).astimezone(UTC)


def a_paid_year(first: date, policy: LifecyclePolicy) -> Term:
    opened_at = noon(first, policy)
    return replace(first_term("term0", opened_at, offer(), policy), confirmed_at=opened_at)


def row_of(last: date) -> list[date]:
    """The days of the notice and of the three reminders."""
    return [a_month_earlier(last), last - A_DAY * 21, last - A_DAY * 14, last - A_DAY * 7]


def woken(
    terms: tuple[Term, ...], days: list[date], policy: LifecyclePolicy
) -> tuple[tuple[Term, ...], list[tuple[date, Step]]]:
    """A worker that is up on these days only, at noon: the facts, and each step with the day on which it was taken."""
    taken: list[tuple[date, Step]] = []
    for today in days:
        terms, steps = steps_due(terms, noon(today, policy), policy)
        taken += [(today, step) for step in steps]
    return terms, taken


def letters(taken: list[tuple[date, Step]]) -> list[tuple[date, date, bool]]:
    """The day on which each letter was dealt with, its own day, and whether it was sent."""
    return [(today, step.notice.on, step.kind in SENT) for today, step in taken if step.notice is not None]


@pytest.mark.rule("R14")
@pytest.mark.rule("R4")
@STEADY
@given(first=DAYS, on=st.lists(INTO_THE_YEAR, min_size=1, max_size=6), policy=ZONES)
@example(first=date(2028, 2, 29), on=[0, 0, 0, 363], policy=LifecyclePolicy())
def test_renewing_on_any_day_of_a_term_loses_and_gains_nothing(
    first: date, on: list[int], policy: LifecyclePolicy
) -> None:
    terms: tuple[Term, ...] = (a_paid_year(first, policy),)
    for number, days in enumerate(on, start=1):
        now = noon(terms[-1].starts_on + A_DAY * days, policy)
        terms = settled(terms, now, policy)
        renewed = deeds.renewed_once(terms, now, policy, offer(), f"term{number}")
        terms = deeds.taken(renewed)
        terms = (*terms[:-1], replace(terms[-1], confirmed_at=now))
    assert all(one.ends_on + A_DAY == other.starts_on for one, other in pairwise(terms))
    start = first
    for term in terms:
        assert (term.starts_on, term.ends_on) == (start, a_year_later(start) - A_DAY)
        start = a_year_later(start)
    days_held = sum((term.ends_on - term.starts_on).days + 1 for term in terms)
    assert days_held == (start - first).days
    status = subscription_status(terms, first, policy)
    assert status is not None
    assert (status.starts_on, status.ends_on, status.valid_until) == (first, start - A_DAY, start - A_DAY)


@pytest.mark.rule("R15")
@STEADY
@given(first=DAYS, wakings=WAKINGS, policy=ZONES)
@example(first=date(2028, 2, 29), wakings={336, 340}, policy=LifecyclePolicy())
def test_after_any_outage_only_the_latest_letter_due_is_sent_and_each_is_dealt_with_once(
    first: date, wakings: set[int], policy: LifecyclePolicy
) -> None:
    year = a_paid_year(first, policy)
    awake = [first + A_DAY * days for days in sorted(wakings)]
    _, taken = woken((year,), awake, policy)
    expected, before = [], first - A_DAY
    for today in awake:
        due = [on for on in row_of(year.ends_on) if before < on <= today]
        is_over = today > year.ends_on
        expected += [(today, on, on == due[-1] and not is_over) for on in due]
        before = today
    assert letters(taken) == expected


@pytest.mark.rule("R15")
@STEADY
@given(first=DAYS, wakings=WAKINGS, answered=INTO_THE_YEAR, answer=st.sampled_from(["renew", "decline"]), policy=ZONES)
def test_never_more_than_three_reminders_and_none_after_an_answer(
    first: date, wakings: set[int], answered: int, answer: str, policy: LifecyclePolicy
) -> None:
    answered_on = first + A_DAY * answered
    awake = [first + A_DAY * days for days in sorted(wakings)]
    terms, before = woken((a_paid_year(first, policy),), [day for day in awake if day < answered_on], policy)
    now = noon(answered_on, policy)
    terms, steps = steps_due(terms, now, policy)
    if answer == "decline":
        terms = deeds.taken(deeds.declined(terms, now, policy))
    else:
        terms = deeds.taken(deeds.renewed_once(terms, now, policy, offer(), "term1"))
        terms = (terms[0], replace(terms[1], confirmed_at=now))
    ended_on = terms[0].ends_on
    terms, after = woken(terms, [day for day in awake if answered_on <= day <= ended_on + A_DAY * 90], policy)
    assert letters(after) == []
    told = letters([*before, *((answered_on, step) for step in steps)])
    reminders = [on for _, on, sent in told if sent and on != row_of(ended_on)[0]]
    assert len(reminders) == terms[0].reminders_sent <= 3
    assert len(set(reminders)) == len(reminders)
    assert all(on <= answered_on for _, on, _ in told)


@pytest.mark.rule("R15")
@STEADY
@given(
    first=DAYS,
    script=st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["renew", "decline", "nothing"])), min_size=1, max_size=6
    ),
    policy=ZONES,
)
def test_whatever_is_answered_and_falls_a_term_has_three_reminders_at_most_and_each_letter_once(
    first: date, script: list[tuple[int, str]], policy: LifecyclePolicy
) -> None:
    terms: tuple[Term, ...] = (a_paid_year(first, policy),)
    today, told = terms[0].ends_on - A_DAY * 60, list[tuple[date, Step]]()
    for number, (gap, deed) in enumerate([*script, (90, "nothing")], start=1):
        today += A_DAY * gap
        terms, taken = woken(terms, [today], policy)
        told += taken
        now = noon(today, policy)
        if deed == "renew":
            terms = deeds.renewed_once(terms, now, policy, offer(), f"term{number}") or terms
        elif deed == "decline":
            terms = deeds.declined(terms, now, policy) or terms
    for term in terms:
        steps = [(day, step) for day, step in told if step.term_id == term.id]
        days = [on for _, on, _ in letters(steps)]
        assert days == sorted(set(days))
        assert sum(step.kind is StepKind.REMIND_RENEWAL for _, step in steps) == term.reminders_sent <= 3
        assert set(days) <= set(row_of(term.ends_on))
        for today in {day for day, _, _ in letters(steps)}:
            assert sum(sent for day, _, sent in letters(steps) if day == today) <= 1


@pytest.mark.rule("R17")
@HEAVY
@given(first=DAYS, on=INTO_THE_YEAR, policy=ZONES)
def test_an_unpaid_renewal_never_touches_the_running_term(first: date, on: int, policy: LifecyclePolicy) -> None:
    year = a_paid_year(first, policy)
    now = noon(first + A_DAY * on, policy)
    alone = settled((year,), now, policy)
    both = deeds.taken(deeds.renewed_once(alone, now, policy, offer(3), "term1"))
    today = policy.day_of(now)
    while today <= year.ends_on:
        alone, both = settled(alone, noon(today, policy), policy), settled(both, noon(today, policy), policy)
        ours, theirs = subscription_status(both, today, policy), subscription_status(alone, today, policy)
        assert ours is not None
        assert theirs is not None
        assert (ours.state, ours.term.id, ours.is_live) == (theirs.state, "term0", True)
        assert (ours.starts_on, ours.valid_until) == (theirs.starts_on, theirs.valid_until)
        assert replace(both[0], renewal_settled_to=None, reminders_sent=0) == replace(year, renewal_settled_to=None)
        assert bool(check_renewal(ours)) is (today <= both[1].proof_due_on)
        today += A_DAY
    after = noon(both[1].proof_due_on + A_DAY * 2, policy)
    assert settled(both, after, policy)[1].cancelled_at == policy.first_instant(both[1].proof_due_on + A_DAY)


@pytest.mark.rule("R15")
@STEADY
@given(first=DAYS, declined=st.integers(0, 300), renewed=st.integers(300, 363), policy=ZONES)
def test_renewing_clears_a_decline_and_after_it_fell_unpaid_the_letters_still_to_come_are_sent(
    first: date, declined: int, renewed: int, policy: LifecyclePolicy
) -> None:
    then, now = noon(first + A_DAY * declined, policy), noon(first + A_DAY * renewed, policy)
    terms = deeds.taken(deeds.declined((a_paid_year(first, policy),), then, policy))
    terms, taken = woken(terms, [policy.day_of(now)], policy)
    assert letters(taken) == []
    terms = deeds.taken(deeds.renewed_once(terms, now, policy, offer(), "term1"))
    assert terms[0].declined_at is None
    days = [policy.day_of(now) + A_DAY * number for number in range(90)]
    terms, taken = woken(terms, days, policy)
    fell_on = terms[1].proof_due_on + A_DAY
    still_to_come = [on for on in row_of(terms[0].ends_on) if on >= fell_on]
    assert letters(taken) == [(on, on, True) for on in still_to_come]


@pytest.mark.rule("R8")
@pytest.mark.rule("R15")
@STEADY
@given(
    first=DAYS,
    script=st.lists(
        st.tuples(
            st.sampled_from([0, 1, 10, 16, 200, 300, 335, 340, 350, 366]),
            st.sampled_from(["pay", "renew", "decline", "reinstate", "cancel", "nothing"]),
        ),
        max_size=5,
    ),
    late=st.sampled_from([0, 0, 5, 16, 340, 366]),
    policy=ZONES,
)
def test_the_agenda_is_what_the_calendar_then_does_if_nobody_acts(
    first: date, script: list[tuple[int, str]], late: int, policy: LifecyclePolicy
) -> None:
    today = first
    terms: tuple[Term, ...] = (first_term("term0", noon(first, policy), offer(), policy),)
    for number, (gap, deed) in enumerate(script, start=1):
        today += A_DAY * gap
        terms = settled(terms, noon(today, policy), policy)
        terms = done(terms, deed, noon(today, policy), policy, f"term{number}")
    today += A_DAY * late
    now = noon(today, policy)
    named = [(each.kind.value, each.on) for each in agenda(terms, now, policy)]
    terms = settled(terms, now, policy)
    days = [today + A_DAY * number for number in range(1, 800)]
    seen = []
    for day in days:
        terms, steps = steps_due(terms, policy.first_instant(day), policy)
        for step in steps:
            if step.kind in NAMED:
                seen.append((NAMED[step.kind], day - A_DAY if step.kind is StepKind.CANCEL_UNPAID else day))
    assert named == seen
    assert [on for _, on in named] == sorted(on for _, on in named)


def done(terms: tuple[Term, ...], deed: str, now: datetime, policy: LifecyclePolicy, name: str) -> tuple[Term, ...]:
    """The terms after a deed, or as they were where it is refused."""
    after = {
        "pay": deeds.paid(terms, now, policy),
        "renew": deeds.renewed_once(terms, now, policy, offer(), name),
        "decline": deeds.declined(terms, now, policy),
        "reinstate": deeds.reinstated(terms, now),
        "cancel": deeds.cancelled(terms, now, policy, CancellationReason.BY_STAFF),
        "nothing": terms,
    }
    return after[deed] or terms
