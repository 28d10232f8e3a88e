"""What staff may undo and end: reinstating an unpaid term, cancelling a subscription, and no two terms on one day."""

from datetime import date

import pytest

from capcom_gql.domain.lifecycle import (
    SubscriptionState,
    TermState,
    follows,
    next_term,
    overlapping_term,
    subscription_status,
    term_state,
)
from capcom_gql.domain.proofs import cancellable, check_cancellation, check_reinstatement
from capcom_gql.domain.refusals import Fault
from capcom_gql.domain.sign_ups import check_overlap
from capcom_gql.domain.terms import CancellationReason, Term
from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.languages.sentences import refusal_sentence
from tests.domain.playing import settled
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
SECOND_YEAR = renewed(FIRST_YEAR, "2027-10-01")
FALLEN = unpaid(opened("2026-12-09"))
OVERLAPS = [("TERM_OVERLAPS", ("termId",))]


def codes(faults: list[Fault]) -> list[tuple[str, tuple[str, ...]]]:
    """What clients see of the faults."""
    return [(fault.code.value, fault.path) for fault in faults]


# ---- reinstating


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("term", "answer"),
    [
        (FALLEN, []),
        (opened("2026-12-09"), [("CONFLICT", ("termId",))]),
        (FIRST_YEAR, [("CONFLICT", ("termId",))]),
        (reinstated(opened(), "2027-01-05"), [("CONFLICT", ("termId",))]),
        (withdrawn(FIRST_YEAR, "2027-02-01", CancellationReason.BY_STAFF), [("CONFLICT", ("termId",))]),
        (withdrawn(opened(), "2026-12-11", CancellationReason.WITHDRAWN), [("CONFLICT", ("termId",))]),
        (withdrawn(reinstated(opened(), "2027-01-05"), "2027-02-01"), [("CONFLICT", ("termId",))]),
    ],
)
def test_only_an_unpaid_term_is_reinstated(term: Term, answer: list[tuple[str, tuple[str, ...]]]) -> None:
    assert codes(check_reinstatement(term, [term])) == answer


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("reopened_on", "answer"),
    [("2026-12-25", OVERLAPS), ("2027-12-08", OVERLAPS), ("2027-12-09", []), ("2028-03-01", [])],
)
def test_a_term_whose_days_another_has_now_is_not_reinstated(
    reopened_on: str, answer: list[tuple[str, tuple[str, ...]]]
) -> None:
    reopening = opened(reopened_on, name="second")
    assert codes(check_reinstatement(FALLEN, [FALLEN, reopening])) == answer
    assert check_reinstatement(FALLEN, [FALLEN, withdrawn(reopening, reopened_on)]) == []


@pytest.mark.rule("R9")
def test_the_refusal_says_which_days_are_taken() -> None:
    (fault,) = check_reinstatement(FALLEN, [FALLEN, opened("2027-01-10", name="second")])
    assert "10 January 2027" in refusal_sentence(fault, ENGLISH)
    assert "9 janvier 2028" in refusal_sentence(fault, FRENCH)


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("on", "state"),
    [("2027-01-05", TermState.CONFIRMED), ("2027-12-08", TermState.CONFIRMED), ("2027-12-09", TermState.ENDED)],
)
def test_a_reinstated_term_runs_on_and_one_already_over_becomes_ended(on: str, state: TermState) -> None:
    (term,) = settled([reinstated(opened("2026-12-09"), on)], paris(on), POLICY)
    assert term_state(term, day(on)) is state
    assert (term.ended_at is not None) is (state is TermState.ENDED)


@pytest.mark.rule("R9")
def test_access_resumes_from_that_instant_never_backwards() -> None:
    term = reinstated(opened("2026-12-09"), "2027-01-05")
    status = subscription_status([term], day("2027-01-05"), POLICY)
    assert status is not None
    assert status.is_live
    assert term.cancelled_at is None
    assert term.unpaid_at == paris("2026-12-25 00:00")


# ---- cancelling a subscription


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("terms", "on", "ended"),
    [
        ([FIRST_YEAR], "2026-12-10", ["first"]),
        ([FIRST_YEAR], "2027-12-08", ["first"]),
        ([FIRST_YEAR], "2027-12-09", []),
        ([opened()], "2026-12-09", ["first"]),
        ([FIRST_YEAR, SECOND_YEAR], "2027-10-02", ["first", "second"]),
        ([FIRST_YEAR, SECOND_YEAR], "2027-12-09", ["second"]),
        ([FIRST_YEAR, unpaid(SECOND_YEAR)], "2027-10-18", ["first"]),
        ([FALLEN], "2027-01-05", []),
        ([FALLEN, opened("2027-02-01", name="second")], "2027-02-02", ["second"]),
        ([withdrawn(FIRST_YEAR, "2027-02-01")], "2027-02-01", []),
        ([reinstated(opened(), "2027-01-05")], "2027-01-06", ["first"]),
    ],
)
def test_staff_cancel_every_term_that_is_not_over(terms: list[Term], on: str, ended: list[str]) -> None:
    assert [term.id for term in cancellable(terms, day(on))] == ended
    answer = [] if ended else [("NOT_LIVE", ("subscriptionId",))]
    assert codes(check_cancellation(CancellationReason.BY_STAFF, terms, day(on))) == answer


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        (CancellationReason.BY_STAFF, []),
        (CancellationReason.WITHDRAWN, []),
        (CancellationReason.UNPAID, [("INVALID_INPUT", ("reason",))]),
    ],
)
def test_staff_cancel_by_their_own_decision_or_at_the_organisations_request_never_as_unpaid(
    reason: CancellationReason, answer: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert codes(check_cancellation(reason, [FIRST_YEAR], day("2027-02-01"))) == answer
    nothing_left = [("NOT_LIVE", ("subscriptionId",)), *answer]
    assert codes(check_cancellation(reason, [FALLEN], day("2027-02-01"))) == nothing_left


@pytest.mark.rule("R9")
def test_once_staff_have_cancelled_the_subscription_is_cancelled_at_once() -> None:
    for reason in (CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN):
        status = subscription_status([withdrawn(FIRST_YEAR, "2027-02-01", reason)], day("2027-02-01"), POLICY)
        assert status is not None
        assert (status.state, status.is_live, status.term.cancellation_reason) == (
            SubscriptionState.CANCELLED,
            False,
            reason,
        )


# ---- no two terms that are not cancelled share a day


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "shared"),
    [
        ("2026-01-01", "2026-12-08", False),
        ("2026-01-01", "2026-12-09", True),
        ("2027-03-01", "2027-03-31", True),
        ("2026-01-01", "2028-12-31", True),
        ("2027-12-08", "2028-12-31", True),
        ("2027-12-09", "2028-12-31", False),
    ],
)
def test_periods_overlap_from_the_first_day_to_the_last_both_inclusive(
    starts_on: str, ends_on: str, shared: bool
) -> None:
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    assert overlapping_term(first, last, [FIRST_YEAR]) == (FIRST_YEAR if shared else None)
    assert overlapping_term(first, last, [withdrawn(FIRST_YEAR, "2026-12-09")]) is None
    assert overlapping_term(first, last, [FALLEN, FIRST_YEAR]) == (FIRST_YEAR if shared else None)


@pytest.mark.rule("R9")
def test_reopening_is_refused_on_the_days_of_a_reinstated_term_to_come() -> None:
    terms = [withdrawn(FIRST_YEAR, "2027-11-20"), reinstated(SECOND_YEAR, "2027-11-21")]
    (fault,) = check_overlap(opened("2027-11-25", name="third"), terms, ("organisationId",))
    assert (fault.code.value, fault.path) == ("TERM_OVERLAPS", ("organisationId",))
    assert "9 December 2027" in refusal_sentence(fault, ENGLISH)
    assert "8 December 2028" in refusal_sentence(fault, ENGLISH)
    assert check_overlap(opened("2026-12-08", name="third"), [terms[1]], ()) == []


@pytest.mark.rule("R16")
@pytest.mark.parametrize(("starts_on", "follow"), [("2027-12-08", False), ("2027-12-09", True), ("2027-12-10", False)])
def test_a_term_takes_over_the_day_after_the_last(starts_on: str, follow: bool) -> None:
    later = opened(starts_on, name="later")
    assert follows(later, FIRST_YEAR) is follow
    assert next_term(FIRST_YEAR, [FIRST_YEAR, later]) == (later if follow else None)


@pytest.mark.rule("R17")
def test_a_cancelled_term_takes_over_from_none() -> None:
    fallen = unpaid(SECOND_YEAR)
    assert follows(fallen, FIRST_YEAR)
    assert next_term(FIRST_YEAR, [FIRST_YEAR, fallen]) is None
    again = renewed(FIRST_YEAR, "2027-11-01", name="third")
    assert next_term(FIRST_YEAR, [FIRST_YEAR, fallen, again]) == again


@pytest.mark.rule("R9")
def test_a_term_that_falls_at_midnight_was_live_until_the_instant_before() -> None:
    midnight = paris("2026-12-25 00:00")
    (before,) = settled([opened("2026-12-09")], just_before(midnight), POLICY)
    assert codes(check_reinstatement(before, [before])) == [("CONFLICT", ("termId",))]
    (fallen,) = settled([opened("2026-12-09")], midnight, POLICY)
    assert check_reinstatement(fallen, [fallen]) == []
