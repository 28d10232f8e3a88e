"""A term that began elsewhere: what the rules make of it, and what they refuse."""

from datetime import date

import pytest

from capcom_gql.domain.imports import check_imported_term, check_managers, imported_term
from capcom_gql.domain.lifecycle import SubscriptionState, subscription_status
from capcom_gql.domain.steps import next_step
from capcom_gql.domain.terms import Term
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence
from tests.domain.words import POLICY, day, offer, paris, utc

TODAY = day("2027-03-01")


def taken_over(first_day: str, received_on: str | None = None) -> Term:
    """A term as it stands on 1 March 2027."""
    proof = None if received_on is None else day(received_on)
    return imported_term("first", day(first_day), offer(), proof, TODAY, POLICY)


def faults_of(term: Term, last_day: date | None = None) -> list[tuple[str, str, str]]:
    """Code, column and sentence's key of each fault."""
    found = check_imported_term(term, last_day, is_confirmed=term.confirmed_at is not None, today=TODAY)
    assert all(refusal_sentence(fault, locale) for fault in found for locale in LOCALES)
    return [(fault.code.value, fault.path[0], fault.key) for fault in found]


@pytest.mark.rule("R4")
def test_it_was_opened_at_the_first_instant_of_its_first_day() -> None:
    term = taken_over("2026-12-09", "2026-12-11")
    assert (term.opened_at, term.started_at) == (utc("2026-12-08 23:00"), utc("2026-12-08 23:00"))
    assert (term.starts_on, term.ends_on, term.proof_due_on) == (
        day("2026-12-09"),
        day("2027-12-08"),
        day("2026-12-24"),
    )


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("received_on", "confirmed_at"),
    [
        ("2026-11-20", "2026-12-09 00:00"),
        ("2026-12-11", "2026-12-11 00:00"),
        # accepted late by whoever kept the subscription going
        ("2027-01-20", "2027-01-20 00:00"),
    ],
)
def test_a_proof_confirms_from_its_day_or_from_the_opening(received_on: str, confirmed_at: str) -> None:
    term = taken_over("2026-12-09", received_on)
    assert term.confirmed_at == paris(confirmed_at)
    assert faults_of(term) == []
    status = subscription_status([term], TODAY, POLICY)
    assert status is not None and status.state is SubscriptionState.CONFIRMED


@pytest.mark.rule("R8")
@pytest.mark.rule("R9")
def test_without_a_proof_it_is_taken_over_until_its_due_day_is_over() -> None:
    assert faults_of(taken_over("2027-02-14")) == []
    assert faults_of(taken_over("2027-02-13")) == [("PROOF_TOO_LATE", "confirmed", "import_unpaid")]


def test_it_has_begun() -> None:
    assert faults_of(taken_over("2027-03-01")) == []
    assert faults_of(taken_over("2027-03-02")) == [("INVALID_INPUT", "first_day", "import_not_begun")]


@pytest.mark.rule("R4")
def test_a_last_day_that_is_given_is_the_one_of_the_rule() -> None:
    term = taken_over("2026-12-09", "2026-12-11")
    assert faults_of(term, day("2027-12-08")) == []
    for other in ("2027-12-07", "2027-12-09"):
        assert faults_of(term, day(other)) == [("INVALID_INPUT", "last_day", "import_last_day")]


@pytest.mark.rule("R16")
def test_over_the_day_after_its_last_day_and_nothing_is_left_to_do() -> None:
    running = taken_over("2026-03-02", "2026-03-05")
    assert (running.ends_on, running.ended_at) == (TODAY, None)
    over = taken_over("2026-03-01", "2026-03-05")
    assert over.ended_at == paris("2027-03-01 00:00")
    assert next_step([over], paris("2027-03-01"), POLICY) is None
    status = subscription_status([over], TODAY, POLICY)
    assert status is not None and status.state is SubscriptionState.EXPIRED


@pytest.mark.rule("R6")
def test_one_manager() -> None:
    assert check_managers([False, True, False]) == []
    for marked in ([False, False], [True, True], []):
        (fault,) = check_managers(marked)
        assert (fault.code.value, fault.path, fault.data) == ("MANAGER_REQUIRED", ("manager",), {"count": sum(marked)})
