"""Refusals: a code that stays, a place, a sentence in both languages; every fault of a form at once."""

import pytest

from capcom_gql.domain.refusals import Code, Fault, Refusal, forbidden, invalid, not_found, refuse_if
from capcom_gql.domain.seats import check_capacity, check_form
from capcom_gql.languages.locales import ENGLISH, FRENCH, LOCALES, Locale
from capcom_gql.languages.sentences import refusal_sentence


def test_a_refusal_carries_every_fault_in_the_order_of_the_form() -> None:
    first, second = invalid(("users", "0", "email"), "bad_email", value="ana"), not_found("organisationId")
    refusal = Refusal(first, second)
    assert refusal.faults == (first, second)
    assert str(refusal) == "INVALID_INPUT at users.0.email, NOT_FOUND at organisationId"


def test_a_refusal_has_at_least_one_fault() -> None:
    with pytest.raises(ValueError, match="at least one fault"):
        Refusal()


def test_a_fault_of_the_whole_deed_is_said_to_be_at_the_input() -> None:
    assert str(Refusal(forbidden())) == "FORBIDDEN at the input"


@pytest.mark.rule("R6")
def test_all_faults_are_answered_at_once_and_none_is_no_refusal() -> None:
    refuse_if(check_form(["ana@ville.example"], "ana@ville.example"))
    with pytest.raises(Refusal) as refused:
        refuse_if(check_form(["ana@ville.example", "ana@ville.example"], "bea@ville.example"))
    assert [fault.code for fault in refused.value.faults] == [Code.DUPLICATE_USER, Code.MANAGER_REQUIRED]


@pytest.mark.rule("R2")
@pytest.mark.parametrize("locale", LOCALES)
def test_a_full_list_says_which_limit_and_how_many(locale: Locale) -> None:
    (running,) = check_capacity(14, 2, 15)
    (upcoming,) = check_capacity(14, 2, 15, upcoming=True)
    assert refusal_sentence(running, locale) != refusal_sentence(upcoming, locale)
    for told in (refusal_sentence(running, locale), refusal_sentence(upcoming, locale)):
        assert "15" in told
        assert "14" in told


def test_what_does_not_exist_and_what_may_not_be_seen_answer_alike() -> None:
    assert not_found("seatId") == Fault(Code.NOT_FOUND, ("seatId",), "not_found")
    assert not_found("users", "2") == Fault(Code.NOT_FOUND, ("users", "2"), "not_found")


def test_a_missing_right_has_no_path_and_may_say_more() -> None:
    assert forbidden() == Fault(Code.FORBIDDEN, (), "forbidden")
    missing = forbidden("scope_missing", scope="BILLING_WRITE")
    assert (missing.code, missing.path, missing.data) == (Code.FORBIDDEN, (), {"scope": "BILLING_WRITE"})
    assert "BILLING_WRITE" in refusal_sentence(missing, FRENCH)
    assert "BILLING_WRITE" in refusal_sentence(missing, ENGLISH)


def test_what_people_typed_is_shown_as_typed() -> None:
    fault = invalid(("users", "0", "email"), "bad_email", value="{value} %s {0}")
    assert "{value} %s {0}" in refusal_sentence(fault, ENGLISH)
