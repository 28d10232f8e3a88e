"""How a subscription stands on a day: state, dates, proofs awaited, seats, validity; live and not."""

import pytest

from capcom_gql.domain.lifecycle import SubscriptionState, SubscriptionStatus, previous_unpaid, subscription_status
from capcom_gql.domain.terms import CancellationReason, Term
from tests.domain.words import POLICY, confirmed, day, offer, opened, reinstated, renewed, unpaid, withdrawn

FIRST_YEAR = confirmed(opened("2026-12-09"), "2026-12-10")
EARLY = renewed(FIRST_YEAR, "2027-10-01")
"""Renewed two months before the end: the deadline, 16 October, passes before it begins."""
LATE = renewed(FIRST_YEAR, "2027-12-01")
"""Renewed a week before the end: the deadline, 16 December, passes after it has begun."""


def stands(terms: list[Term], on: str) -> SubscriptionStatus:
    status = subscription_status(terms, day(on), POLICY)
    assert status is not None
    return status


def state_and_dates(terms: list[Term], on: str) -> tuple[SubscriptionState, bool, str, str]:
    status = stands(terms, on)
    return status.state, status.is_live, status.starts_on.isoformat(), status.ends_on.isoformat()


PROVISIONAL, CONFIRMED, CANCELLED, EXPIRED = SubscriptionState


@pytest.mark.rule("R3")
def test_nothing_stands_before_the_first_opening() -> None:
    assert subscription_status([], day("2026-12-09"), POLICY) is None
    assert subscription_status([opened("2026-12-09")], day("2026-12-08"), POLICY) is None
    assert stands([opened("2026-12-09")], "2026-12-09").state is PROVISIONAL


@pytest.mark.rule("R3")
def test_a_provisional_subscription_is_live() -> None:
    term = opened("2026-12-09")
    status = stands([term], "2026-12-24")
    assert (status.state, status.is_live, status.running, status.term) == (PROVISIONAL, True, term, term)
    assert (status.starts_on, status.ends_on) == (day("2026-12-09"), day("2027-12-08"))
    assert status.proof_due_on == day("2026-12-24")


@pytest.mark.rule("R9")
@pytest.mark.parametrize(("on", "state", "live"), [("2026-12-24", PROVISIONAL, True), ("2026-12-25", CANCELLED, False)])
def test_on_day_16_the_subscription_is_cancelled_and_no_longer_live(
    on: str, state: SubscriptionState, live: bool
) -> None:
    status = stands([opened("2026-12-09")], on)
    assert (status.state, status.is_live) == (state, live)
    assert (status.running is None, status.valid_until is None) == (not live, not live)
    assert (status.proof_due_on is None) is not live


@pytest.mark.rule("R9")
def test_cancelled_it_keeps_the_dates_and_the_limit_of_its_latest_term() -> None:
    status = stands([opened("2026-12-09", plan=offer(3))], "2027-06-01")
    assert (status.starts_on, status.ends_on) == (day("2026-12-09"), day("2027-12-08"))
    assert (status.seat_limit, status.term.offer.seat_limit, status.upcoming) == (3, 3, None)


@pytest.mark.rule("R9")
def test_an_unpaid_term_stays_cancelled_after_its_last_day() -> None:
    assert state_and_dates([opened("2026-12-09")], "2028-06-01") == (CANCELLED, False, "2026-12-09", "2027-12-08")


@pytest.mark.rule("R8")
def test_a_proof_confirms_the_subscription() -> None:
    assert state_and_dates([FIRST_YEAR], "2026-12-25") == (CONFIRMED, True, "2026-12-09", "2027-12-08")
    assert stands([FIRST_YEAR], "2026-12-25").proof_due_on is None


@pytest.mark.rule("R16")
@pytest.mark.parametrize(("on", "state", "live"), [("2027-12-08", CONFIRMED, True), ("2027-12-09", EXPIRED, False)])
def test_without_a_next_term_it_is_expired_the_day_after(on: str, state: SubscriptionState, live: bool) -> None:
    assert state_and_dates([FIRST_YEAR], on) == (state, live, "2026-12-09", "2027-12-08")


@pytest.mark.rule("R9")
def test_staff_cancel_the_whole_subscription_at_once() -> None:
    terms = [withdrawn(FIRST_YEAR, "2027-10-05"), withdrawn(EARLY, "2027-10-05")]
    for on in ("2027-10-05", "2027-12-09", "2029-01-01"):
        assert state_and_dates(terms, on) == (CANCELLED, False, "2026-12-09", "2027-12-08")


@pytest.mark.rule("R17")
def test_a_renewed_subscription_runs_on_to_the_end_of_the_renewed_term() -> None:
    status = stands([FIRST_YEAR, EARLY], "2027-10-01")
    assert (status.state, status.running, status.upcoming) == (CONFIRMED, FIRST_YEAR, EARLY)
    assert (status.starts_on, status.ends_on) == (day("2026-12-09"), day("2028-12-08"))
    assert status.proof_due_on == day("2027-10-16")


@pytest.mark.rule("R17")
def test_the_deadline_passes_before_it_begins_that_term_alone_is_cancelled() -> None:
    terms = [FIRST_YEAR, EARLY]
    assert state_and_dates(terms, "2027-10-16") == (CONFIRMED, True, "2026-12-09", "2028-12-08")
    assert state_and_dates(terms, "2027-10-17") == (CONFIRMED, True, "2026-12-09", "2027-12-08")
    fallen = stands(terms, "2027-10-17")
    assert (fallen.upcoming, fallen.proof_due_on, fallen.running) == (None, None, FIRST_YEAR)


@pytest.mark.rule("R17")
def test_an_upcoming_term_cancelled_unpaid_leaves_expired_at_the_end_of_the_running_one() -> None:
    terms = [FIRST_YEAR, EARLY]
    assert state_and_dates(terms, "2027-12-08") == (CONFIRMED, True, "2026-12-09", "2027-12-08")
    assert state_and_dates(terms, "2027-12-09") == (EXPIRED, False, "2026-12-09", "2027-12-08")
    assert not previous_unpaid(stands(terms, "2027-12-09"))


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("renewed_on", "after"), [("2027-11-23", EXPIRED), ("2027-11-24", CANCELLED)])
def test_a_deadline_on_the_eve_of_the_first_day_leaves_expired_and_one_on_that_day_cancelled(
    renewed_on: str, after: SubscriptionState
) -> None:
    status = stands([FIRST_YEAR, renewed(FIRST_YEAR, renewed_on)], "2027-12-20")
    assert status.state is after
    assert previous_unpaid(status) is (after is CANCELLED)


@pytest.mark.rule("R17")
def test_once_begun_it_is_provisional_and_then_the_subscription_is_cancelled() -> None:
    terms = [FIRST_YEAR, LATE]
    assert state_and_dates(terms, "2027-12-08")[:2] == (CONFIRMED, True)
    assert state_and_dates(terms, "2027-12-09") == (PROVISIONAL, True, "2026-12-09", "2028-12-08")
    assert state_and_dates(terms, "2027-12-16")[:2] == (PROVISIONAL, True)
    assert state_and_dates(terms, "2027-12-17") == (CANCELLED, False, "2027-12-09", "2028-12-08")


@pytest.mark.rule("R17")
def test_with_its_proof_the_renewed_term_carries_the_subscription_on() -> None:
    paid = confirmed(LATE, "2027-12-02")
    third = confirmed(renewed(paid, "2028-11-01", name="third"), "2028-11-02")
    for on in ("2027-12-08", "2027-12-09", "2028-12-08", "2028-12-09", "2029-12-08"):
        assert state_and_dates([third, FIRST_YEAR, paid], on) == (CONFIRMED, True, "2026-12-09", "2029-12-08")
    assert state_and_dates([third, FIRST_YEAR, paid], "2029-12-09") == (EXPIRED, False, "2028-12-09", "2029-12-08")


@pytest.mark.rule("R17")
def test_a_renewal_reinstated_after_staff_cancelled_the_running_term_carries_nothing_until_it_begins() -> None:
    terms = [withdrawn(FIRST_YEAR, "2027-10-20"), reinstated(EARLY, "2027-10-25")]
    waiting = stands(terms, "2027-12-08")
    assert (waiting.state, waiting.is_live, waiting.upcoming) == (CANCELLED, False, None)
    assert state_and_dates(terms, "2027-12-09") == (CONFIRMED, True, "2027-12-09", "2028-12-08")


@pytest.mark.rule("R16")
def test_reopening_the_day_after_the_end_leaves_no_gap_and_later_leaves_one() -> None:
    at_once = opened("2027-12-09", name="again")
    assert state_and_dates([FIRST_YEAR, at_once], "2027-12-09")[2:] == ("2026-12-09", "2028-12-08")
    a_day_late = opened("2027-12-10", name="again")
    assert state_and_dates([FIRST_YEAR, a_day_late], "2027-12-10")[2:] == ("2027-12-10", "2028-12-09")
    assert state_and_dates([FIRST_YEAR, a_day_late], "2027-12-09")[:2] == (EXPIRED, False)


@pytest.mark.rule("R9")
def test_reopened_after_an_unpaid_year_only_the_new_term_counts() -> None:
    again = opened("2027-02-01", name="again")
    terms = [unpaid(opened("2026-12-09")), again]
    assert state_and_dates(terms, "2027-02-01") == (PROVISIONAL, True, "2027-02-01", "2028-01-31")
    assert stands(terms, "2027-02-01").proof_due_on == day("2027-02-16")


@pytest.mark.rule("R2")
@pytest.mark.parametrize(
    ("now", "then", "limit", "limiting"),
    [(5, 3, 3, "second"), (3, 5, 3, "first"), (5, 5, 5, "first"), (10, 9, 9, "second")],
)
def test_the_smaller_of_the_running_and_the_upcoming_limit_counts(
    now: int, then: int, limit: int, limiting: str
) -> None:
    running = confirmed(opened("2026-12-09", plan=offer(now)), "2026-12-10")
    terms = [running, renewed(running, "2027-10-01", plan=offer(then))]
    status = stands(terms, "2027-10-16")
    assert (status.seat_limit, status.limiting_term.id) == (limit, limiting)
    fallen = stands(terms, "2027-10-17")
    assert (fallen.seat_limit, fallen.limiting_term.id) == (now, "first")


@pytest.mark.rule("R2")
def test_once_the_renewed_term_runs_its_own_limit_counts() -> None:
    running = confirmed(opened("2026-12-09", plan=offer(3)), "2026-12-10")
    paid = confirmed(renewed(running, "2027-10-01", plan=offer(10)), "2027-10-02")
    assert [stands([running, paid], on).seat_limit for on in ("2027-12-08", "2027-12-09")] == [3, 10]


@pytest.mark.rule("R8")
def test_the_earliest_proof_still_awaited_is_shown() -> None:
    running = opened("2026-12-09")
    following = renewed(running, "2026-12-20")
    assert stands([running, following], "2026-12-21").proof_due_on == day("2026-12-24")
    assert stands([confirmed(running, "2026-12-21"), following], "2026-12-21").proof_due_on == day("2027-01-04")


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("terms", "on", "until"),
    [
        ([opened("2026-12-09")], "2026-12-09", "2026-12-24"),
        ([FIRST_YEAR], "2026-12-25", "2027-12-08"),
        ([FIRST_YEAR, EARLY], "2027-10-05", "2027-12-08"),
        ([FIRST_YEAR, confirmed(EARLY, "2027-10-05")], "2027-10-05", "2028-12-08"),
        ([FIRST_YEAR, LATE], "2027-12-09", "2027-12-16"),
        ([FIRST_YEAR, confirmed(LATE, "2027-12-10")], "2027-12-10", "2028-12-08"),
        ([FIRST_YEAR, opened("2027-12-11")], "2027-12-11", "2027-12-26"),
        ([FIRST_YEAR, confirmed(opened("2027-12-11"), "2027-12-12")], "2027-12-12", "2028-12-10"),
        ([FIRST_YEAR, withdrawn(EARLY, "2027-10-05")], "2027-10-05", "2027-12-08"),
    ],
)
def test_a_discount_is_valid_until_the_due_day_or_the_end_of_the_unbroken_confirmed_terms(
    terms: list[Term], on: str, until: str
) -> None:
    assert stands(terms, on).valid_until == day(until)


@pytest.mark.rule("R10")
def test_a_confirmed_term_beyond_one_that_is_not_does_not_prolong() -> None:
    second = renewed(FIRST_YEAR, "2027-12-01")
    third = confirmed(renewed(second, "2027-12-02", name="third"), "2027-12-02")
    assert stands([FIRST_YEAR, second, third], "2027-12-08").valid_until == day("2027-12-08")


@pytest.mark.rule("R16")
def test_a_term_beyond_a_gap_is_no_part_of_the_years_that_follow_one_another() -> None:
    beyond = confirmed(opened("2028-03-01", name="beyond"), "2028-03-02")
    status = stands([FIRST_YEAR, beyond], "2027-12-08")
    assert (status.starts_on, status.ends_on) == (day("2026-12-09"), day("2027-12-08"))
    assert status.valid_until == day("2027-12-08")


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("on", "upcoming"), [("2027-12-08", "second"), ("2027-12-09", None)])
def test_on_its_first_day_a_term_runs_and_is_upcoming_no_more(on: str, upcoming: str | None) -> None:
    status = stands([FIRST_YEAR, confirmed(EARLY, "2027-10-02")], on)
    assert (None if status.upcoming is None else status.upcoming.id) == upcoming


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("terms", "on", "barred"),
    [
        ([opened("2026-12-09")], "2026-12-24", False),
        ([opened("2026-12-09")], "2026-12-25", True),
        ([opened("2026-12-09")], "2028-12-25", True),
        ([reinstated(opened("2026-12-09"), "2027-01-05")], "2027-12-09", False),
        ([withdrawn(FIRST_YEAR, "2027-02-01")], "2027-02-01", False),
        ([withdrawn(FIRST_YEAR, "2027-02-01", CancellationReason.WITHDRAWN)], "2027-02-01", False),
        ([FIRST_YEAR], "2027-12-09", False),
        ([unpaid(opened("2026-12-09")), confirmed(opened("2027-02-01"), "2027-02-02")], "2028-02-01", False),
        ([FIRST_YEAR, LATE], "2027-12-16", False),
        ([FIRST_YEAR, LATE], "2027-12-17", True),
    ],
)
def test_after_an_unpaid_cancellation_the_organisation_does_not_reopen_by_itself(
    terms: list[Term], on: str, barred: bool
) -> None:
    assert previous_unpaid(stands(terms, on)) is barred
