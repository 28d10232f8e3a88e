"""The survey's answer: once, from 0 to 10, until 30 days after the term's last day."""

import pytest

from capcom_gql.domain.renewals import SCORES, check_answer
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.languages.locales import ENGLISH, FRENCH, LOCALES, Locale
from capcom_gql.languages.sentences import refusal_sentence
from tests.domain.words import POLICY, day, paris

ENDS_ON = day("2027-12-08")


def refusals(score: int, on: str, *, answered: bool = False, policy: LifecyclePolicy = POLICY) -> list[tuple[str, ...]]:
    """The codes, each with its path."""
    answered_at = paris("2027-12-02") if answered else None
    faults = check_answer(score, ENDS_ON, day(on), policy, answered_at=answered_at)
    return [(fault.code.value, *fault.path) for fault in faults]


@pytest.mark.rule("R18")
@pytest.mark.parametrize("on", ["2027-12-01", "2027-12-08", "2027-12-09", "2028-01-07"])
def test_it_is_answered_until_30_days_after_the_last_day_also_after_expiry(on: str) -> None:
    assert refusals(7, on) == []


@pytest.mark.rule("R18")
def test_on_the_31st_day_it_is_closed_and_says_since_when() -> None:
    assert refusals(7, "2028-01-08") == [("SURVEY_CLOSED", "termId")]
    (fault,) = check_answer(7, ENDS_ON, day("2028-01-08"), POLICY, answered_at=None)
    assert "7 January 2028" in refusal_sentence(fault, ENGLISH)
    assert "7 janvier 2028" in refusal_sentence(fault, FRENCH)


@pytest.mark.rule("R18")
@pytest.mark.parametrize("on", ["2027-12-03", "2028-01-08"])
def test_it_is_answered_once(on: str) -> None:
    assert refusals(7, on, answered=True) == [("ALREADY_ANSWERED", "termId")]


@pytest.mark.rule("R18")
@pytest.mark.parametrize(("score", "is_one"), [(-1, False), (0, True), (10, True), (11, False)])
def test_a_score_is_from_0_to_10(score: int, is_one: bool) -> None:
    assert refusals(score, "2027-12-03") == ([] if is_one else [("INVALID_INPUT", "score")])
    assert (score in SCORES) is is_one


@pytest.mark.rule("R18")
@pytest.mark.parametrize("locale", LOCALES)
def test_a_wrong_score_is_told_the_highest(locale: Locale) -> None:
    (fault,) = check_answer(11, ENDS_ON, ENDS_ON, POLICY, answered_at=None)
    assert "10" in refusal_sentence(fault, locale)


@pytest.mark.rule("R18")
def test_all_its_faults_are_answered_at_once() -> None:
    assert refusals(11, "2028-01-08") == [("SURVEY_CLOSED", "termId"), ("INVALID_INPUT", "score")]
    assert refusals(11, "2028-01-08", answered=True) == [("ALREADY_ANSWERED", "termId"), ("INVALID_INPUT", "score")]


@pytest.mark.rule("R18")
def test_the_days_to_answer_are_the_policys() -> None:
    assert refusals(7, "2027-12-10", policy=LifecyclePolicy(survey_days=2)) == []
    assert refusals(7, "2027-12-11", policy=LifecyclePolicy(survey_days=2)) == [("SURVEY_CLOSED", "termId")]
