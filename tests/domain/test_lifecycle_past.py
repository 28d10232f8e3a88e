"""The terms as they were known at a past instant (R10's `at`): what happened after it is taken away."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from capcom_gql.domain.lifecycle import SubscriptionState, as_of, subscription_status
from capcom_gql.domain.terms import Term
from tests.domain.words import POLICY, confirmed, just_before, opened, paris, reinstated, renewed, unpaid, withdrawn

PROVISIONAL, CONFIRMED, CANCELLED, EXPIRED = SubscriptionState


def was(terms: list[Term], at: datetime) -> SubscriptionState | None:
    status = subscription_status(as_of(terms, at), POLICY.day_of(at), POLICY)
    return None if status is None else status.state


@pytest.mark.rule("R10")
def test_before_its_opening_a_term_is_unknown() -> None:
    term = opened("2026-12-09 10:00")
    assert as_of([term], just_before(term.opened_at)) == ()
    assert as_of([term], term.opened_at) == (term,)


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    "field",
    [
        "confirmed_at",
        "unpaid_at",
        "reinstated_at",
        "withdrawn_at",
        "proof_reminded_at",
        "started_at",
        "ended_at",
        "declined_at",
    ],
)
def test_a_fact_counts_from_its_very_instant(field: str) -> None:
    term = replace(opened("2026-12-09 10:00"), started_at=None)
    instant = paris("2026-12-20")
    change: dict[str, Any] = {field: instant}
    known = replace(term, **change)
    assert as_of([known], instant) == (known,)
    assert as_of([known], instant + timedelta(days=1)) == (known,)
    assert as_of([known], just_before(instant)) == (term,)


@pytest.mark.rule("R10")
def test_before_the_proof_was_recorded_the_answer_was_provisional() -> None:
    term = confirmed(opened("2026-12-09 10:00"), "2026-12-12 15:00")
    assert was([term], paris("2026-12-12 14:59")) is PROVISIONAL
    assert was([term], paris("2026-12-12 15:00")) is CONFIRMED


@pytest.mark.rule("R10")
def test_across_an_unpaid_cancellation_and_a_reinstatement() -> None:
    term = reinstated(opened("2026-12-09 10:00"), "2027-01-05 15:00")
    assert was([term], paris("2026-12-09 09:59")) is None
    assert was([term], paris("2026-12-24 23:59")) is PROVISIONAL
    assert was([term], paris("2026-12-25 00:00")) is CANCELLED
    assert was([term], paris("2027-01-05 14:59")) is CANCELLED
    assert was([term], paris("2027-01-05 15:00")) is CONFIRMED
    assert was([term], paris("2027-12-09 00:00")) is EXPIRED


@pytest.mark.rule("R10")
def test_an_unpaid_cancellation_that_no_worker_recorded_counts_in_the_past_too() -> None:
    term = opened("2026-12-09 10:00")
    assert was([term], paris("2026-12-24 23:59")) is PROVISIONAL
    assert was([term], paris("2026-12-25 00:00")) is CANCELLED


@pytest.mark.rule("R10")
def test_before_staff_cancelled_it_was_live() -> None:
    term = withdrawn(confirmed(opened("2026-12-09"), "2026-12-10"), "2027-02-01 10:00")
    assert was([term], paris("2027-02-01 09:59")) is CONFIRMED
    assert was([term], paris("2027-02-01 10:00")) is CANCELLED


@pytest.mark.rule("R10")
def test_between_an_unpaid_year_and_its_reopening() -> None:
    terms = [unpaid(opened("2026-12-09")), opened("2027-02-01 10:00", name="again")]
    assert was(terms, paris("2027-02-01 09:59")) is CANCELLED
    assert was(terms, paris("2027-02-01 10:00")) is PROVISIONAL


@pytest.mark.rule("R17")
def test_a_renewal_is_upcoming_only_once_it_is_made() -> None:
    running = confirmed(opened("2026-12-09"), "2026-12-10")
    terms = [running, renewed(running, "2027-10-01 10:00")]
    for at, upcoming in ((paris("2027-10-01 09:59"), False), (paris("2027-10-01 10:00"), True)):
        status = subscription_status(as_of(terms, at), POLICY.day_of(at), POLICY)
        assert status is not None
        assert (status.upcoming is not None) is upcoming
