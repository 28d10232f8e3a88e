"""What the calendar demands next: the step, the term, the instant; and what several steps at one instant come to.

The letters that ask for a renewal have their own tests (`test_steps_letters`).
"""

from dataclasses import replace
from datetime import date, datetime

import pytest

from capcom_gql.domain.renewals import RenewalNotice
from capcom_gql.domain.steps import Step, StepKind, apply_step, next_step
from capcom_gql.domain.terms import Term
from tests.domain.playing import played_daily, settled, steps_due
from tests.domain.words import (
    POLICY,
    confirmed,
    day,
    just_before,
    opened,
    paris,
    reinstated,
    renewed,
    unpaid,
    withdrawn,
)

FIRST_YEAR = confirmed(opened("2026-12-09"), "2026-12-10")
REMIND, CANCEL, START, EXPIRE = (
    StepKind.REMIND_PROOF,
    StepKind.CANCEL_UNPAID,
    StepKind.START,
    StepKind.EXPIRE,
)


def upcoming_step(terms: list[Term], now: datetime) -> Step:
    step = next_step(terms, now, POLICY)
    assert step is not None
    return step


def told(terms: list[Term], until: str) -> list[tuple[StepKind, str, datetime]]:
    """The steps that a worker late until an instant records, but for the letters that ask for a renewal."""
    steps = steps_due(terms, paris(until), POLICY)[1]
    return [(step.kind, step.term_id, step.at) for step in steps if step.notice is None]


@pytest.mark.rule("R8")
def test_the_manager_is_reminded_of_the_proof_five_days_before() -> None:
    expected = Step(paris("2026-12-19 00:00"), REMIND, "first")
    assert upcoming_step([opened("2026-12-09")], paris("2026-12-09 12:00")) == expected
    assert upcoming_step([opened("2026-12-09")], paris("2026-12-24 23:59")) == expected


@pytest.mark.rule("R8")
def test_the_manager_is_reminded_once() -> None:
    told_once = replace(opened("2026-12-09"), proof_reminded_at=paris("2026-12-19 00:00"))
    assert upcoming_step([told_once], paris("2026-12-19 00:00")).kind is CANCEL


@pytest.mark.rule("R8")
def test_a_reminder_too_late_to_serve_is_left_out() -> None:
    assert upcoming_step([opened("2026-12-09")], paris("2026-12-24 23:59")).kind is REMIND
    assert upcoming_step([opened("2026-12-09")], paris("2026-12-25 00:00")).kind is CANCEL


@pytest.mark.rule("R8")
def test_no_reminder_after_the_proof() -> None:
    asked = Step(paris("2027-11-08 00:00"), StepKind.ASK_RENEWAL, "first", RenewalNotice(day("2027-11-08"), 0))
    assert upcoming_step([FIRST_YEAR], paris("2026-12-18")) == asked


@pytest.mark.rule("R9")
def test_without_proof_the_term_is_cancelled_at_the_first_instant_of_day_16() -> None:
    reminded = replace(opened("2026-12-09"), proof_reminded_at=paris("2026-12-19 00:00"))
    assert upcoming_step([reminded], paris("2026-12-20")) == Step(paris("2026-12-25 00:00"), CANCEL, "first")


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    "term",
    [
        unpaid(opened()),
        withdrawn(opened(), "2026-12-10"),
        withdrawn(FIRST_YEAR, "2026-12-11"),
        withdrawn(reinstated(opened(), "2027-01-05"), "2027-02-01"),
    ],
)
def test_nothing_more_happens_to_a_cancelled_term(term: Term) -> None:
    assert next_step([term], paris("2026-12-11"), POLICY) is None
    assert next_step([term], paris("2029-12-11"), POLICY) is None


@pytest.mark.rule("R16")
def test_a_subscription_expires_once() -> None:
    expired = replace(FIRST_YEAR, ended_at=paris("2027-12-09 00:00"))
    assert next_step([expired], paris("2027-12-10"), POLICY) is None
    assert told([FIRST_YEAR], "2028-06-01") == [(EXPIRE, "first", paris("2027-12-09 00:00"))]


@pytest.mark.rule("R16")
def test_the_calendar_waits_for_the_first_instant_after_the_last_day() -> None:
    midnight = paris("2027-12-09 00:00")
    declined = replace(FIRST_YEAR, declined_at=paris("2027-06-01"))
    assert settled([declined], just_before(midnight), POLICY) == (declined,)
    assert settled([declined], midnight, POLICY) == (replace(declined, ended_at=midnight),)


@pytest.mark.rule("R17")
def test_a_renewed_term_owes_its_own_proof_and_its_own_reminder() -> None:
    terms = [FIRST_YEAR, renewed(FIRST_YEAR, "2027-10-01")]
    assert upcoming_step(terms, paris("2027-10-02")) == Step(paris("2027-10-11 00:00"), REMIND, "second")


@pytest.mark.rule("R17")
def test_a_paid_renewal_starts_on_its_day_and_the_year_before_does_not_expire() -> None:
    second = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    assert told([FIRST_YEAR, second], "2028-06-01") == [(START, "second", paris("2027-12-09 00:00"))]
    first, then = settled([FIRST_YEAR, second], paris("2028-06-01"), POLICY)
    assert (first.ended_at, then.started_at) == (paris("2027-12-09 00:00"), paris("2027-12-09 00:00"))
    assert told([first, then], "2029-06-01") == [(EXPIRE, "second", paris("2028-12-09 00:00"))]


@pytest.mark.rule("R17")
def test_a_renewal_that_falls_before_it_begins_lets_the_running_term_expire() -> None:
    assert told([FIRST_YEAR, renewed(FIRST_YEAR, "2027-10-01")], "2028-06-01") == [
        (CANCEL, "second", paris("2027-10-17 00:00")),
        (EXPIRE, "first", paris("2027-12-09 00:00")),
    ]


@pytest.mark.rule("R17")
def test_a_renewal_that_falls_at_the_very_instant_of_its_start_never_starts() -> None:
    assert told([FIRST_YEAR, renewed(FIRST_YEAR, "2027-11-23")], "2028-06-01") == [
        (CANCEL, "second", paris("2027-12-09 00:00")),
        (EXPIRE, "first", paris("2027-12-09 00:00")),
    ]


@pytest.mark.rule("R17")
def test_a_renewal_that_falls_once_begun_had_started() -> None:
    assert told([FIRST_YEAR, renewed(FIRST_YEAR, "2027-11-24")], "2028-06-01") == [
        (START, "second", paris("2027-12-09 00:00")),
        (CANCEL, "second", paris("2027-12-10 00:00")),
    ]


@pytest.mark.rule("R17")
def test_a_renewal_that_staff_cancelled_lets_the_running_term_expire() -> None:
    gone = withdrawn(confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02"), "2027-10-03")
    assert told([FIRST_YEAR, gone], "2028-06-01") == [(EXPIRE, "first", paris("2027-12-09 00:00"))]


@pytest.mark.rule("R17")
def test_a_term_starts_before_the_one_it_follows_is_over() -> None:
    second = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    third = confirmed(renewed(second, "2027-10-03", name="third"), "2027-10-04")
    assert [kind for kind, _, _ in told([third, second, FIRST_YEAR], "2030-01-01")] == [START, START, EXPIRE]


@pytest.mark.rule("R17")
def test_a_term_that_is_followed_never_expires() -> None:
    second = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    begun = replace(second, started_at=paris("2027-12-09 00:00"))
    assert told([FIRST_YEAR, begun], "2029-01-01") == [(EXPIRE, "second", paris("2028-12-09 00:00"))]


@pytest.mark.rule("R9")
def test_a_term_that_falls_takes_every_later_one_with_it() -> None:
    # no deed leads here; the calendar holds all the same
    first = opened("2026-12-09")
    second = confirmed(renewed(first, "2026-12-20"), "2026-12-21")
    assert told([first, second], "2029-01-01") == [(CANCEL, "first", paris("2026-12-25 00:00"))]


@pytest.mark.rule("R9")
def test_a_reinstated_term_runs_to_its_end() -> None:
    assert told([reinstated(opened("2026-12-09"), "2027-01-05")], "2028-01-01") == [
        (EXPIRE, "first", paris("2027-12-09 00:00"))
    ]


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("on", "ended"),
    [("2027-12-08 23:59", "2027-12-09 00:00"), ("2027-12-09 00:00", "2027-12-09 00:00"), ("2028-02-01", "2028-02-01")],
)
def test_a_term_reinstated_once_over_ends_at_that_instant_never_before(on: str, ended: str) -> None:
    late = reinstated(opened("2026-12-09"), on)
    assert told([late], "2029-01-01") == [(EXPIRE, "first", paris(ended))]


@pytest.mark.rule("R9")
@pytest.mark.parametrize("reopened_on", ["2027-12-09", "2027-12-10", "2028-03-01"])
def test_a_term_reinstated_once_over_does_not_end_a_subscription_that_was_reopened_since(reopened_on: str) -> None:
    late = reinstated(opened("2026-12-09"), "2028-04-01")
    reopening = confirmed(opened(reopened_on, name="second"), "2028-03-05")
    steps = steps_due([late, reopening], paris("2028-11-01"), POLICY)[1]
    assert steps == []


@pytest.mark.rule("R9")
@pytest.mark.parametrize(("reopened_on", "ends"), [("2027-12-08", True), ("2027-12-09", False)])
def test_a_reopening_given_up_within_the_days_of_a_reinstated_term_does_not_keep_it_from_ending(
    reopened_on: str, ends: bool
) -> None:
    given_up = withdrawn(opened(reopened_on, name="second"), f"{reopened_on} 13:00")
    late = reinstated(opened("2026-12-09"), f"{reopened_on} 18:00")
    steps = [(kind, name) for kind, name, _ in told([late, given_up], "2029-01-01")]
    assert steps == ([(EXPIRE, "first")] if ends else [])


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("on", "begun"), [("2027-12-08", "2027-12-09 00:00"), ("2027-12-09", "2027-12-09"), ("2028-02-01", "2028-02-01")]
)
def test_a_renewal_reinstated_once_its_first_day_is_past_begins_at_that_instant(on: str, begun: str) -> None:
    second = reinstated(renewed(FIRST_YEAR, "2027-10-01"), on)
    first = replace(FIRST_YEAR, declined_at=paris("2027-10-02"))
    steps = [(kind, name, at) for kind, name, at in told([first, second], "2028-03-01") if kind is START]
    assert steps == [(START, "second", paris(begun))]


@pytest.mark.rule("R8")
def test_of_two_terms_the_earlier_step_comes_first() -> None:
    upcoming = replace(renewed(FIRST_YEAR, "2027-11-30"), proof_reminded_at=paris("2027-12-10 08:00"))
    assert told([FIRST_YEAR, upcoming], "2027-12-16 00:00") == [
        (START, "second", paris("2027-12-09 00:00")),
        (CANCEL, "second", paris("2027-12-16 00:00")),
    ]


@pytest.mark.rule("R8")
def test_a_start_and_a_reminder_of_one_instant_come_in_this_order() -> None:
    upcoming = renewed(FIRST_YEAR, "2027-11-29")
    assert told([FIRST_YEAR, upcoming], "2027-12-09 00:00") == [
        (START, "second", paris("2027-12-09 00:00")),
        (REMIND, "second", paris("2027-12-09 00:00")),
    ]


@pytest.mark.rule("R9")
def test_a_step_changes_the_facts_of_its_term_and_of_no_other() -> None:
    first, second = FIRST_YEAR, renewed(FIRST_YEAR, "2027-10-01")
    third = withdrawn(renewed(second, "2027-10-02", name="third"), "2027-10-03")
    at = paris("2027-10-17 00:00")
    assert apply_step([third, second, first], Step(at, CANCEL, "second")) == (
        third,
        replace(second, unpaid_at=at),
        first,
    )
    assert apply_step([first, second], Step(at, CANCEL, "first")) == (
        replace(first, unpaid_at=at),
        replace(second, unpaid_at=at),
    )
    assert apply_step([first, second], Step(at, EXPIRE, "first")) == (replace(first, ended_at=at), second)
    assert apply_step([first, second], Step(at, REMIND, "second")) == (first, replace(second, proof_reminded_at=at))


@pytest.mark.rule("R17")
def test_of_the_terms_before_only_the_one_it_follows_ends_when_a_term_begins() -> None:
    second = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    earlier = opened("2025-01-10", name="long ago")
    at = paris("2027-12-09 00:00")
    for before in (unpaid(opened("2026-12-09")), replace(FIRST_YEAR, ended_at=paris("2027-12-08"))):
        begun = apply_step([earlier, before, second], Step(at, START, "second"))
        assert begun == (earlier, before, replace(second, started_at=at))


@pytest.mark.rule("R9")
def test_a_worker_that_wakes_every_day_and_one_that_wakes_after_a_year_tell_the_same_story() -> None:
    terms = [FIRST_YEAR, renewed(FIRST_YEAR, "2027-11-24")]
    punctual = played_daily(terms, date(2027, 11, 24), date(2028, 1, 1), POLICY)
    late = settled(terms, paris("2028-01-01 08:00"), POLICY)
    assert [replace(term, proof_reminded_at=None) for term in punctual] == list(late)
    assert late[0].ended_at == late[1].started_at == paris("2027-12-09 00:00")
    assert punctual[1].proof_reminded_at == paris("2027-12-04 00:00")


@pytest.mark.rule("R8")
def test_a_worker_that_was_down_on_the_day_of_the_reminder_sends_it_while_it_serves() -> None:
    (reminded,) = settled([opened("2026-12-09")], paris("2026-12-24 23:59"), POLICY)
    assert reminded.proof_reminded_at == paris("2026-12-19 00:00")
    (silent,) = settled([opened("2026-12-09")], paris("2026-12-25 00:00"), POLICY)
    assert (silent.proof_reminded_at, silent.unpaid_at) == (None, paris("2026-12-25 00:00"))
    assert POLICY.day_of(paris("2026-12-25 00:00")) == day("2026-12-25")
