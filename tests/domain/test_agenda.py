"""The agenda: what will happen, and on which day, if nobody acts; and what its days are called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from capcom_gql.domain.agenda import Milestone, MilestoneKind, agenda
from capcom_gql.domain.terms import Term
from capcom_gql.languages.locales import LOCALES, Locale
from capcom_gql.languages.sentences import milestone_sentence
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
ROW = [
    ("RENEWAL_NOTICE", "2027-11-08"),
    ("RENEWAL_REMINDER", "2027-11-17"),
    ("RENEWAL_REMINDER", "2027-11-24"),
    ("RENEWAL_REMINDER", "2027-12-01"),
]
END = ("EXPIRY", "2027-12-09")
ROW_A_YEAR_LATER = [(kind, on.replace("2027-", "2028-")) for kind, on in [*ROW, END]]


def told(terms: list[Term], at: str) -> list[tuple[str, str]]:
    """What the agenda names at an instant, with its days."""
    return [(each.kind.value, each.on.isoformat()) for each in agenda(terms, paris(at), POLICY)]


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("at", "named"),
    [
        ("2026-12-09", ["PROOF_REMINDER", "PROOF_DEADLINE"]),
        ("2026-12-18 23:59", ["PROOF_REMINDER", "PROOF_DEADLINE"]),
        ("2026-12-19 00:00", ["PROOF_DEADLINE"]),
        ("2026-12-24 23:59", ["PROOF_DEADLINE"]),
        ("2026-12-25 00:00", []),
    ],
)
def test_the_deadline_stands_on_the_last_day_of_the_fifteen_and_nothing_after_it(at: str, named: list[str]) -> None:
    days = {"PROOF_REMINDER": "2026-12-19", "PROOF_DEADLINE": "2026-12-24"}
    assert told([opened("2026-12-09")], at) == [(kind, days[kind]) for kind in named]


@pytest.mark.rule("R13")
@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("at", "passed"),
    [
        ("2026-12-11", 0),
        ("2027-11-07 23:59", 0),
        ("2027-11-08 00:00", 1),
        ("2027-11-17 00:00", 2),
        ("2027-11-30 23:59", 3),
        ("2027-12-08 23:59", 4),
        ("2027-12-09 00:00", 5),
        ("2028-06-01", 5),
    ],
)
def test_a_paid_year_has_its_row_of_letters_and_its_end(at: str, passed: int) -> None:
    assert told([FIRST_YEAR], at) == [*ROW, END][passed:]


@pytest.mark.rule("R15")
def test_once_declined_only_the_end_is_named() -> None:
    assert told([replace(FIRST_YEAR, declined_at=paris("2027-03-01"))], "2027-03-02") == [END]


@pytest.mark.rule("R17")
def test_an_unpaid_renewal_has_its_deadline_and_then_the_letters_still_to_come() -> None:
    proof = [("PROOF_REMINDER", "2027-11-06"), ("PROOF_DEADLINE", "2027-11-11")]
    assert told([FIRST_YEAR, renewed(FIRST_YEAR, "2027-10-27")], "2027-10-28") == [*proof, *ROW[1:], END]


@pytest.mark.rule("R17")
@pytest.mark.parametrize("name", ["a later one", "second"])
def test_the_deadline_is_that_of_the_term_that_awaits_its_proof_whatever_its_id(name: str) -> None:
    second = renewed(FIRST_YEAR, "2027-10-27", name=name)
    for terms in ([FIRST_YEAR, second], [second, FIRST_YEAR]):
        assert ("PROOF_DEADLINE", "2027-11-11") in told(terms, "2027-10-28")


@pytest.mark.rule("R17")
def test_an_unpaid_renewal_that_will_have_begun_ends_with_its_deadline() -> None:
    proof = [("PROOF_REMINDER", "2027-12-11"), ("PROOF_DEADLINE", "2027-12-16")]
    assert told([FIRST_YEAR, renewed(FIRST_YEAR, "2027-12-01")], "2027-12-01 13:00") == proof


@pytest.mark.rule("R17")
def test_a_paid_renewal_moves_everything_a_year_on_and_its_beginning_has_no_line() -> None:
    second = confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")
    assert told([FIRST_YEAR, second], "2027-10-03") == ROW_A_YEAR_LATER


@pytest.mark.rule("R9")
@pytest.mark.parametrize("gone", [unpaid(opened()), withdrawn(FIRST_YEAR, "2026-12-12")])
def test_a_cancelled_subscription_has_nothing_ahead(gone: Term) -> None:
    assert told([gone], "2026-12-26") == []


@pytest.mark.rule("R9")
def test_a_reinstated_term_has_what_is_still_to_come() -> None:
    assert told([reinstated(opened(), "2027-11-18")], "2027-11-18 13:00") == [*ROW[2:], END]
    assert told([reinstated(opened(), "2028-02-01")], "2028-02-01 13:00") == []


@pytest.mark.rule("R13")
@pytest.mark.parametrize(
    ("opened_on", "named"),
    [
        # ends on 28 February 2029; on 31 March 2028, whose month before is February of a leap year
        ("2028-02-29", ["2029-01-28", "2029-02-07", "2029-02-14", "2029-02-21", "2029-03-01"]),
        ("2027-04-01", ["2028-02-29", "2028-03-10", "2028-03-17", "2028-03-24", "2028-04-01"]),
        # the clocks change on 28 March 2027, and on 31 October 2027
        ("2026-04-18", ["2027-03-17", "2027-03-27", "2027-04-03", "2027-04-10", "2027-04-18"]),
        ("2026-04-05", ["2027-03-04", "2027-03-14", "2027-03-21", "2027-03-28", "2027-04-05"]),
        ("2026-11-21", ["2027-10-20", "2027-10-30", "2027-11-06", "2027-11-13", "2027-11-21"]),
        ("2026-11-22", ["2027-10-21", "2027-10-31", "2027-11-07", "2027-11-14", "2027-11-22"]),
    ],
)
def test_the_days_stand_on_29_february_and_when_the_clocks_change(opened_on: str, named: list[str]) -> None:
    term = confirmed(opened(opened_on), opened_on)
    assert [on for _, on in told([term], f"{opened_on} 13:00")] == named


@pytest.mark.rule("R15")
def test_what_is_due_already_is_the_workers_and_not_named() -> None:
    due = POLICY.first_instant(day("2027-11-17"))
    for at, first in ((just_before(due), ROW[1]), (due, ROW[2]), (due + timedelta(hours=9), ROW[2])):
        named = agenda([FIRST_YEAR], at, POLICY)
        assert (named[0].kind.value, named[0].on.isoformat()) == first


@pytest.mark.parametrize("locale", LOCALES)
def test_every_line_is_said_in_words_of_its_own(locale: Locale) -> None:
    said = {milestone_sentence(Milestone(kind, day("2027-11-08")), locale) for kind in MilestoneKind}
    assert len(said) == len(MilestoneKind)
    assert all(sentence.endswith(".") for sentence in said)
