"""Durations and dates: twelve months, fifteen days, the month before, the reminders, each on both sides of its edge."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from capcom_gql.domain.terms import (
    CancellationReason,
    LifecyclePolicy,
    add_months,
    first_term,
    last_day,
    next_start,
    proof_due_on,
    proof_reminder_on,
    renewal_notice_on,
    renewal_reminders_on,
    renewed_term,
    survey_closes_on,
)
from tests.domain.words import (
    POLICY,
    confirmed,
    day,
    offer,
    opened,
    paris,
    reinstated,
    renewed,
    unpaid,
    utc,
    withdrawn,
)


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-12-09", "2027-12-08"),
        ("2027-01-01", "2027-12-31"),
        ("2027-12-31", "2028-12-30"),
        ("2027-08-31", "2028-08-30"),
        ("2027-02-28", "2028-02-27"),
        ("2027-03-01", "2028-02-29"),
        ("2028-02-28", "2029-02-27"),
        ("2028-02-29", "2029-02-28"),
        ("2028-03-01", "2029-02-28"),
        ("2096-02-29", "2097-02-28"),
        ("2099-03-01", "2100-02-28"),
    ],
)
def test_a_term_ends_the_day_before_the_same_day_twelve_months_later(first: str, last: str) -> None:
    assert last_day(day(first), POLICY) == day(last)


@pytest.mark.rule("R4")
def test_after_29_february_the_years_run_from_1_march() -> None:
    first = opened("2028-02-29")
    second = renewed(first, "2029-01-10")
    third = renewed(second, "2030-01-10")
    assert [(term.starts_on, term.ends_on) for term in (first, second, third)] == [
        (day("2028-02-29"), day("2029-02-28")),
        (day("2029-03-01"), day("2030-02-28")),
        (day("2030-03-01"), day("2031-02-28")),
    ]


@pytest.mark.rule("R4")
def test_the_anniversary_of_every_day_is_the_same_day_or_the_first_of_march() -> None:
    start = date(2027, 1, 1)
    for first in (start + timedelta(days=count) for count in range(4 * 365 + 1)):
        after = last_day(first, POLICY) + timedelta(days=1)
        same = (first.month, first.day) if (first.month, first.day) != (2, 29) else (3, 1)
        assert (after.year, after.month, after.day) == (first.year + 1, *same)


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("start", "months", "reached"),
    [
        ("2027-01-31", 1, "2027-03-01"),
        ("2027-01-29", 1, "2027-03-01"),
        ("2027-01-28", 1, "2027-02-28"),
        ("2028-01-29", 1, "2028-02-29"),
        ("2028-01-30", 1, "2028-03-01"),
        ("2027-03-31", 1, "2027-05-01"),
        ("2027-03-30", 1, "2027-04-30"),
        ("2027-10-31", 1, "2027-12-01"),
        ("2027-10-31", 2, "2027-12-31"),
        ("2027-11-30", 1, "2027-12-30"),
        ("2027-12-31", 1, "2028-01-31"),
        ("2027-12-31", 2, "2028-03-01"),
        ("2027-12-31", 12, "2028-12-31"),
        ("2027-12-31", 0, "2027-12-31"),
        ("2027-06-15", 30, "2029-12-15"),
    ],
)
def test_a_missing_anniversary_counts_as_the_first_of_the_next_month(start: str, months: int, reached: str) -> None:
    assert add_months(day(start), months) == day(reached)


@pytest.mark.rule("R4")
def test_the_length_of_a_term_is_the_policys() -> None:
    half_years = LifecyclePolicy(term_months=6)
    assert last_day(day("2027-08-31"), half_years) == day("2028-02-29")
    assert last_day(day("2026-08-31"), half_years) == day("2027-02-28")


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("asked", "covered"),
    [("2026-12-08", False), ("2026-12-09", True), ("2027-06-01", True), ("2027-12-08", True), ("2027-12-09", False)],
)
def test_the_first_and_the_last_day_are_both_inclusive(asked: str, covered: bool) -> None:
    term = opened("2026-12-09")
    assert term.covers(day(asked)) is covered
    assert withdrawn(term, "2026-12-20").covers(day(asked)) is covered


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("instant", "first"),
    [
        ("2026-12-09T22:59:59.999999", "2026-12-09"),
        ("2026-12-09T23:00:00", "2026-12-10"),
        ("2027-07-09T21:59:59.999999", "2027-07-09"),
        ("2027-07-09T22:00:00", "2027-07-10"),
    ],
)
def test_a_term_starts_the_civil_day_of_paris_on_which_it_is_opened(instant: str, first: str) -> None:
    term = first_term("term", utc(instant), offer(), POLICY)
    assert term.starts_on == day(first)
    assert term.proof_due_on == day(first) + timedelta(days=15)


@pytest.mark.rule("R4")
def test_what_opening_records() -> None:
    plan = offer(3)
    term = first_term("term", paris("2026-12-09 10:00"), plan, POLICY)
    assert (term.id, term.opened_at, term.offer) == ("term", paris("2026-12-09 10:00"), plan)
    assert (term.starts_on, term.ends_on) == (day("2026-12-09"), day("2027-12-08"))
    assert term.started_at == term.opened_at
    recorded = (term.confirmed_at, term.unpaid_at, term.reinstated_at, term.withdrawn_at, term.ended_at)
    assert recorded == (None, None, None, None, None)


@pytest.mark.rule("R15")
def test_nothing_is_asked_answered_or_ended_when_a_term_is_opened_or_renewed() -> None:
    first = opened("2026-12-09")
    for term in (first, renewed(first, "2026-12-10")):
        assert (term.reminders_sent, term.renewal_settled_to, term.declined_at) == (0, None, None)
        assert (term.confirmed_at, term.unpaid_at, term.reinstated_at, term.withdrawn_at) == (None, None, None, None)
        assert (term.proof_reminded_at, term.ended_at) == (None, None)


@pytest.mark.rule("R17")
def test_a_renewed_term_starts_the_day_after_and_owes_its_proof_from_the_renewal() -> None:
    running = confirmed(opened("2026-12-09"), "2026-12-10")
    plan = offer(10)
    term = renewed_term("next", paris("2027-10-31 10:00"), running, plan, POLICY)
    assert (term.id, term.opened_at, term.offer) == ("next", paris("2027-10-31 10:00"), plan)
    assert (term.starts_on, term.ends_on) == (day("2027-12-09"), day("2028-12-08"))
    assert term.proof_due_on == day("2027-11-15")
    assert term.started_at is None


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("hour", "due"), [("23:59", "2027-11-15"), ("00:00", "2027-11-14")])
def test_the_day_of_a_renewal_is_that_of_paris(hour: str, due: str) -> None:
    on = f"2027-10-31 {hour}" if hour == "23:59" else f"2027-10-30 {hour}"
    assert renewed(opened("2026-12-09"), on).proof_due_on == day(due)


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("last", "following"),
    [("2027-12-08", "2027-12-09"), ("2027-12-31", "2028-01-01"), ("2028-02-28", "2028-02-29")],
)
def test_the_next_term_starts_the_day_after(last: str, following: str) -> None:
    assert next_start(day(last)) == day(following)


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("from_day", "due", "reminder"),
    [
        ("2026-12-09", "2026-12-24", "2026-12-19"),
        ("2026-12-20", "2027-01-04", "2026-12-30"),
        ("2027-02-14", "2027-03-01", "2027-02-24"),
        ("2028-02-14", "2028-02-29", "2028-02-24"),
        ("2027-03-14", "2027-03-29", "2027-03-24"),
    ],
)
def test_fifteen_days_are_counted_from_the_opening_and_the_reminder_comes_five_days_before(
    from_day: str, due: str, reminder: str
) -> None:
    assert proof_due_on(day(from_day), POLICY) == day(due)
    assert proof_reminder_on(day(due), POLICY) == day(reminder)


@pytest.mark.rule("R13")
@pytest.mark.parametrize(
    ("last", "notice"),
    [
        ("2027-12-08", "2027-11-08"),
        ("2027-03-31", "2027-02-28"),
        ("2028-03-31", "2028-02-29"),
        ("2027-03-30", "2027-02-28"),
        ("2027-03-29", "2027-02-28"),
        ("2027-03-28", "2027-02-28"),
        ("2028-03-30", "2028-02-29"),
        ("2028-03-29", "2028-02-29"),
        ("2028-03-28", "2028-02-28"),
        ("2027-05-31", "2027-04-30"),
        ("2027-12-31", "2027-11-30"),
        ("2027-01-31", "2026-12-31"),
        ("2027-01-01", "2026-12-01"),
        ("2029-02-28", "2029-01-28"),
        ("2028-02-29", "2028-01-29"),
    ],
)
def test_one_month_before_is_the_same_number_in_the_month_before_or_that_months_last_day(
    last: str, notice: str
) -> None:
    assert renewal_notice_on(day(last), POLICY) == day(notice)


@pytest.mark.rule("R15")
def test_the_reminders_are_21_14_and_7_days_before_the_last_day() -> None:
    assert renewal_reminders_on(day("2027-12-08"), POLICY) == (day("2027-11-17"), day("2027-11-24"), day("2027-12-01"))


@pytest.mark.rule("R18")
def test_a_survey_is_answered_until_30_days_after_the_last_day() -> None:
    assert survey_closes_on(day("2027-12-08"), POLICY) == day("2028-01-07")


@pytest.mark.rule("R9")
def test_the_cancellation_in_force() -> None:
    term = opened("2026-12-09")
    lapsed = unpaid(term)
    assert (term.cancelled_at, term.cancellation_reason) == (None, None)
    assert (lapsed.cancelled_at, lapsed.cancellation_reason) == (paris("2026-12-25 00:00"), CancellationReason.UNPAID)


@pytest.mark.rule("R9")
def test_reinstating_ends_an_unpaid_cancellation_only() -> None:
    back = reinstated(opened("2026-12-09"), "2027-01-05")
    assert (back.cancelled_at, back.cancellation_reason) == (None, None)
    gone = withdrawn(back, "2027-02-01", CancellationReason.WITHDRAWN)
    assert (gone.cancelled_at, gone.cancellation_reason) == (paris("2027-02-01"), CancellationReason.WITHDRAWN)


@pytest.mark.rule("R9")
@pytest.mark.parametrize("reason", [CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN])
def test_staff_cancel_with_the_reason_they_give(reason: CancellationReason) -> None:
    gone = withdrawn(confirmed(opened(), "2026-12-10"), "2027-02-01", reason)
    assert (gone.cancelled_at, gone.cancellation_reason) == (paris("2027-02-01"), reason)


@pytest.mark.rule("R9")
def test_a_confirmed_term_is_not_cancelled() -> None:
    term = confirmed(opened(), "2026-12-10")
    assert (term.cancelled_at, term.cancellation_reason) == (None, None)
    assert replace(term, ended_at=paris("2027-12-09 00:00")).cancelled_at is None
