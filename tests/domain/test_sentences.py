"""What the rules decide has its sentence in every language, with the days and numbers that the reader needs."""

import ast
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import capcom_gql.domain
from capcom_gql.domain.agenda import MilestoneKind
from capcom_gql.domain.discounts import DiscountReason, ServiceReason
from capcom_gql.languages.catalogues import catalogue
from capcom_gql.languages.locales import ENGLISH, FRENCH, LOCALES, Locale
from capcom_gql.languages.sentences import next_step, say


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def keys_of_faults() -> set[str]:
    """The keys that the rules give to Fault, invalid, forbidden and _weak, read from their source."""
    places = {"Fault": 2, "invalid": 1, "forbidden": 0, "_weak": 0}
    found: set[str] = set()
    for source in Path(capcom_gql.domain.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
                for given in node.args[places[node.func.id] :][:1]:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        found.add(given.value)
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_every_fault_of_the_rules_has_its_sentence(locale: Locale) -> None:
    keys = keys_of_faults()
    assert {"twice_in_form", "no_users", "not_found", "password_short"} <= keys
    assert keys <= set(catalogue(locale, "refusals"))


@pytest.mark.rule("R10")
@pytest.mark.parametrize("locale", LOCALES)
def test_every_answer_has_its_message_and_every_no_its_next_step(locale: Locale) -> None:
    reasons = {*DiscountReason, *ServiceReason}
    answers = catalogue(locale, "answers")
    assert {f"verdict.{reason}" for reason in reasons} | {"verdict.ELIGIBLE_PROVISIONAL"} == {
        key for key in answers if key.startswith("verdict.")
    }
    told = {reason for reason in reasons if next_step(reason, locale) is not None}
    assert told == reasons - {DiscountReason.ELIGIBLE, ServiceReason.GRANTED}
    assert {f"next_step.{reason}" for reason in told} == {key for key in answers if key.startswith("next_step.")}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_line_of_an_agenda_has_its_sentence(locale: Locale) -> None:
    said = {key for key in catalogue(locale, "answers") if key.startswith("agenda.")}
    assert said == {f"agenda.{kind}" for kind in MilestoneKind}


@pytest.mark.rule("R8")
@pytest.mark.parametrize(("locale", "words"), [(FRENCH, "24 décembre 2026"), (ENGLISH, "24 December 2026")])
def test_a_proof_too_late_is_told_the_due_day(locale: Locale, words: str) -> None:
    assert words in say("refusals", "proof_too_late", locale, due_on=date(2026, 12, 24))


@pytest.mark.rule("R19")
@pytest.mark.parametrize("locale", LOCALES)
def test_who_has_not_accepted_the_terms_of_use_is_told_the_current_version(locale: Locale) -> None:
    assert "2026-3" in say("refusals", "terms_not_accepted", locale, version="2026-3")


@pytest.mark.rule("R1")
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", ["already_subscribed", "reopening_forbidden", "previous_unpaid"])
def test_a_known_organisation_is_sent_to_support_and_no_name_is_given(key: str, locale: Locale) -> None:
    assert placeholders(catalogue(locale, "refusals")[key]) == ["support"]
    assert "aide@reseau.example" in say("refusals", key, locale, support="aide@reseau.example")
