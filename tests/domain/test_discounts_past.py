"""A check as of a past instant: "why was this number refused on 3 December?" """

from datetime import datetime

import pytest

from capcom_gql.domain.discounts import DiscountReason, HolderFacts, verdict
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.seats import Seat
from capcom_gql.domain.terms import Term
from tests.domain.words import POLICY, a_seat, confirmed, opened, paris, reinstated, unpaid, withdrawn

ANA = "ana@ville.example"


def reason_at(seat: Seat, terms: list[Term], at: datetime) -> DiscountReason:
    held = HolderFacts(seat, ANA, tuple(terms)).as_of(at)
    return verdict(held, EventKind.TRAINING, POLICY.day_of(at), POLICY).reason


@pytest.mark.rule("R10")
def test_before_the_first_opening_the_subscription_had_not_started() -> None:
    year = confirmed(opened("2026-12-09 10:00"), "2026-12-10")
    seat = a_seat("2026-12-09 10:00")
    for at in ("2026-12-09 09:59", "2026-12-08 23:00", "2020-01-01 00:00"):
        assert reason_at(seat, [year], paris(at)) is DiscountReason.SUBSCRIPTION_NOT_STARTED
    assert reason_at(seat, [year], paris("2026-12-09 10:00")) is DiscountReason.ELIGIBLE


@pytest.mark.rule("R10")
def test_before_a_seat_was_added_its_number_was_unknown() -> None:
    year = confirmed(opened("2026-12-09 10:00"), "2026-12-10")
    late = a_seat("2027-03-01 10:00")
    assert reason_at(late, [year], paris("2027-03-01 09:59")) is DiscountReason.UNKNOWN_NUMBER
    assert reason_at(late, [year], paris("2027-03-01 10:00")) is DiscountReason.ELIGIBLE
    assert reason_at(late, [year], paris("2026-12-09 09:59")) is DiscountReason.SUBSCRIPTION_NOT_STARTED


@pytest.mark.rule("R10")
def test_a_seat_given_at_the_reopening_was_unknown_in_the_year_before() -> None:
    terms = [confirmed(opened("2026-12-09"), "2026-12-10"), opened("2028-01-10 10:00", name="again")]
    fresh = a_seat("2028-01-10 10:00")
    assert reason_at(fresh, terms, paris("2027-06-01")) is DiscountReason.UNKNOWN_NUMBER
    assert reason_at(fresh, terms, paris("2028-01-10 10:00")) is DiscountReason.ELIGIBLE
    assert reason_at(a_seat(), terms, paris("2028-01-10 09:59")) is DiscountReason.SUBSCRIPTION_EXPIRED


@pytest.mark.rule("R12")
def test_a_removed_seat_counts_as_removed_from_the_instant_of_its_removal() -> None:
    year = confirmed(opened("2026-12-09"), "2026-12-10")
    gone = a_seat("2026-12-09", removed="2027-03-01 10:00")
    assert reason_at(gone, [year], paris("2027-03-01 09:59")) is DiscountReason.ELIGIBLE
    assert reason_at(gone, [year], paris("2027-03-01 10:00")) is DiscountReason.SEAT_REMOVED
    assert reason_at(gone, [year], paris("2027-12-09 00:00")) is DiscountReason.SEAT_REMOVED


@pytest.mark.rule("R9")
def test_across_an_unpaid_cancellation_and_a_reinstatement() -> None:
    term = reinstated(opened("2026-12-09"), "2027-01-05 10:00")
    answers = {
        "2026-12-24 23:59": DiscountReason.ELIGIBLE,
        "2026-12-25 00:00": DiscountReason.SUBSCRIPTION_CANCELLED,
        "2027-01-05 09:59": DiscountReason.SUBSCRIPTION_CANCELLED,
        "2027-01-05 10:00": DiscountReason.ELIGIBLE,
        "2027-12-08 23:59": DiscountReason.ELIGIBLE,
        "2027-12-09 00:00": DiscountReason.SUBSCRIPTION_EXPIRED,
    }
    assert {at: reason_at(a_seat(), [term], paris(at)) for at in answers} == answers


@pytest.mark.rule("R9")
@pytest.mark.parametrize("term", [opened("2026-12-09"), unpaid(opened("2026-12-09"))])
def test_an_unpaid_cancellation_reads_alike_whether_or_not_a_worker_recorded_it(term: Term) -> None:
    assert reason_at(a_seat(), [term], paris("2026-12-24 23:59")) is DiscountReason.ELIGIBLE
    assert reason_at(a_seat(), [term], paris("2026-12-25 00:00")) is DiscountReason.SUBSCRIPTION_CANCELLED


@pytest.mark.rule("R9")
def test_what_staff_cancelled_was_granted_until_then() -> None:
    term = withdrawn(confirmed(opened("2026-12-09"), "2026-12-10"), "2027-03-01 10:00")
    assert reason_at(a_seat(), [term], paris("2027-03-01 09:59")) is DiscountReason.ELIGIBLE
    assert reason_at(a_seat(), [term], paris("2027-03-01 10:00")) is DiscountReason.SUBSCRIPTION_CANCELLED


@pytest.mark.rule("R10")
def test_a_past_check_was_provisional_until_the_proof_was_recorded() -> None:
    held = HolderFacts(a_seat("2026-12-09 10:00"), ANA, (confirmed(opened("2026-12-09 10:00"), "2026-12-12 10:00"),))
    for at, provisional in ((paris("2026-12-12 09:59"), True), (paris("2026-12-12 10:00"), False)):
        told = verdict(held.as_of(at), EventKind.TRAINING, POLICY.day_of(at), POLICY)
        assert (told.eligible, told.provisional) == (True, provisional)


@pytest.mark.rule("R10")
def test_the_address_key_is_kept() -> None:
    held = HolderFacts(a_seat(), ANA, (opened(),)).as_of(paris("2026-12-10"))
    assert held is not None
    assert held.email_key == ANA
