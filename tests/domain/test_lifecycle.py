"""The states of a term, and what the calendar cancels by itself, on both sides of every edge."""

from dataclasses import replace
from datetime import timedelta

import pytest

from capcom_gql.domain.lifecycle import (
    TermState,
    apply_unpaid_cancellations,
    awaits_proof,
    has_begun,
    proof_too_late,
    term_state,
)
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term
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


def state_on(term: Term, on: str) -> TermState:
    (read,) = apply_unpaid_cancellations([term], day(on), POLICY)
    return term_state(read, day(on))


@pytest.mark.rule("R3")
def test_a_term_is_provisional_from_the_day_it_is_opened() -> None:
    assert state_on(opened("2026-12-09"), "2026-12-09") is TermState.PROVISIONAL


@pytest.mark.rule("R8")
def test_a_proof_confirms_the_term() -> None:
    assert state_on(confirmed(opened("2026-12-09"), "2026-12-09"), "2026-12-09") is TermState.CONFIRMED
    assert state_on(FIRST_YEAR, "2026-12-25") is TermState.CONFIRMED


@pytest.mark.rule("R8")
@pytest.mark.parametrize(("on", "too_late"), [("2026-12-09", False), ("2026-12-24", False), ("2026-12-25", True)])
def test_a_proof_serves_until_the_last_instant_of_day_15(on: str, too_late: bool) -> None:
    assert proof_too_late(opened("2026-12-09"), day(on)) is too_late


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("term", "awaited"),
    [
        (opened(), True),
        (confirmed(opened(), "2026-12-10"), False),
        (unpaid(opened()), False),
        (withdrawn(opened(), "2026-12-10"), False),
        (reinstated(opened(), "2027-01-05"), False),
        (renewed(FIRST_YEAR, "2027-10-01"), True),
    ],
)
def test_a_proof_is_awaited_until_it_is_recorded_or_the_term_cancelled(term: Term, awaited: bool) -> None:
    assert awaits_proof(term) is awaited


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-12-24", TermState.PROVISIONAL),
        ("2026-12-25", TermState.CANCELLED),
        ("2027-12-08", TermState.CANCELLED),
        ("2027-12-09", TermState.CANCELLED),
    ],
)
def test_without_proof_the_term_is_cancelled_on_day_16_and_stays_so(on: str, state: TermState) -> None:
    assert state_on(opened("2026-12-09"), on) is state


@pytest.mark.rule("R9")
def test_the_unpaid_cancellation_is_dated_at_the_first_instant_of_day_16() -> None:
    (read,) = apply_unpaid_cancellations([opened("2026-12-09")], day("2027-03-01"), POLICY)
    assert read.cancelled_at == paris("2026-12-25 00:00")
    assert read.cancellation_reason is CancellationReason.UNPAID


@pytest.mark.rule("R9")
def test_the_days_to_pay_are_the_policys() -> None:
    short = LifecyclePolicy(proof_days=2)
    term = replace(opened("2026-12-09"), proof_due_on=day("2026-12-11"))
    (read,) = apply_unpaid_cancellations([term], day("2026-12-12"), short)
    assert read.cancelled_at == paris("2026-12-12 00:00")


@pytest.mark.rule("R9")
def test_what_is_recorded_is_left_as_it_is() -> None:
    early = unpaid(opened("2026-12-09"))
    by_staff = withdrawn(opened("2027-03-01", name="again"), "2027-03-04")
    paid = confirmed(opened("2027-04-01", name="paid"), "2027-04-02")
    assert apply_unpaid_cancellations([early, by_staff, paid], day("2027-06-01"), POLICY) == (early, by_staff, paid)


@pytest.mark.rule("R9")
def test_a_term_that_falls_takes_every_later_one_with_it_at_the_same_instant() -> None:
    first = opened("2026-12-09")
    paid = confirmed(renewed(first, "2026-12-20"), "2026-12-21")
    third = renewed(paid, "2026-12-22", name="third")
    read = apply_unpaid_cancellations([third, first, paid], day("2026-12-25"), POLICY)
    assert [(term.id, term.cancelled_at) for term in read] == [
        ("first", paris("2026-12-25 00:00")),
        ("second", paris("2026-12-25 00:00")),
        ("third", paris("2026-12-25 00:00")),
    ]


@pytest.mark.rule("R9")
def test_a_term_cancelled_before_is_not_cancelled_again_by_the_one_that_falls() -> None:
    first = opened("2026-12-09")
    by_staff = withdrawn(renewed(first, "2026-12-20"), "2026-12-22")
    assert apply_unpaid_cancellations([first, by_staff], day("2026-12-25"), POLICY)[1] == by_staff


@pytest.mark.rule("R17")
def test_a_term_that_falls_leaves_the_earlier_ones_untouched() -> None:
    second = renewed(FIRST_YEAR, "2027-10-01")
    read = apply_unpaid_cancellations([second, FIRST_YEAR], day("2027-10-17"), POLICY)
    assert read == (FIRST_YEAR, unpaid(second))


@pytest.mark.rule("R9")
def test_terms_of_one_first_day_are_read_in_the_order_of_their_opening() -> None:
    morning = withdrawn(opened("2026-12-09 08:00", name="morning"), "2026-12-09 09:00")
    noon = opened("2026-12-09 12:00", name="noon")
    assert [term.id for term in apply_unpaid_cancellations([noon, morning], day("2026-12-09"), POLICY)] == [
        "morning",
        "noon",
    ]


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2027-11-30", TermState.UPCOMING),
        ("2027-12-08", TermState.UPCOMING),
        ("2027-12-09", TermState.PROVISIONAL),
        ("2027-12-15", TermState.PROVISIONAL),
        ("2027-12-16", TermState.CANCELLED),
    ],
)
def test_a_renewed_term_is_upcoming_until_it_begins_then_provisional(on: str, state: TermState) -> None:
    assert state_on(renewed(FIRST_YEAR, "2027-11-30"), on) is state


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("on", "state"),
    [("2027-12-08", TermState.UPCOMING), ("2027-12-09", TermState.CONFIRMED), ("2028-12-08", TermState.CONFIRMED)],
)
def test_an_upcoming_term_with_its_proof_is_confirmed_on_its_first_day(on: str, state: TermState) -> None:
    assert state_on(confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02"), on) is state


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("on", "state"), [("2027-10-16", TermState.UPCOMING), ("2027-10-17", TermState.CANCELLED)])
def test_an_upcoming_term_falls_fifteen_days_after_the_renewal(on: str, state: TermState) -> None:
    assert state_on(renewed(FIRST_YEAR, "2027-10-01"), on) is state


@pytest.mark.rule("R16")
@pytest.mark.parametrize(("on", "state"), [("2027-12-08", TermState.CONFIRMED), ("2027-12-09", TermState.ENDED)])
def test_a_term_is_over_the_day_after_its_last_day(on: str, state: TermState) -> None:
    assert state_on(FIRST_YEAR, on) is state


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("on", "state"),
    [("2027-01-05", TermState.CONFIRMED), ("2027-12-08", TermState.CONFIRMED), ("2027-12-09", TermState.ENDED)],
)
def test_a_reinstated_term_is_confirmed_or_over(on: str, state: TermState) -> None:
    assert state_on(reinstated(opened("2026-12-09"), "2027-01-05"), on) is state


@pytest.mark.rule("R9")
def test_staff_cancel_at_once_even_before_the_term_begins() -> None:
    assert state_on(withdrawn(FIRST_YEAR, "2027-02-01"), "2027-02-01") is TermState.CANCELLED
    assert state_on(withdrawn(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02"), "2027-10-02") is TermState.CANCELLED


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("on", "begun"), [("2027-12-08", False), ("2027-12-09", True), ("2029-01-01", True)])
def test_a_term_begins_on_its_first_day(on: str, begun: bool) -> None:
    paid = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    assert has_begun(paid, day(on), POLICY) is begun


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("renewed_on", "begun"), [("2027-11-22", False), ("2027-11-23", False), ("2027-11-24", True)])
def test_a_term_whose_deadline_passes_before_its_first_day_never_begins(renewed_on: str, begun: bool) -> None:
    # renewed on 23 November, its proof may arrive until 8 December, the eve of its first day
    fallen = unpaid(renewed(FIRST_YEAR, renewed_on))
    assert has_begun(fallen, day("2028-01-01"), POLICY) is begun


@pytest.mark.rule("R17")
def test_a_term_cancelled_after_its_first_instant_had_begun() -> None:
    second = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    midnight = paris("2027-12-09 00:00")
    at_midnight = replace(second, withdrawn_at=midnight, withdrawn_reason=CancellationReason.BY_STAFF)
    assert not has_begun(at_midnight, day("2027-12-09"), POLICY)
    assert not has_begun(replace(at_midnight, withdrawn_at=just_before(midnight)), day("2027-12-09"), POLICY)
    after = replace(at_midnight, withdrawn_at=midnight + timedelta(microseconds=1))
    assert has_begun(after, day("2027-12-09"), POLICY)
