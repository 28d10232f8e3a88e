"""Every sentence in French and in English, with the same data in both; days spelled out; languages told apart."""

import ast
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import capcom_gql.domain
from capcom_gql.domain.answer_sentences import AGENDA, NEXT_STEPS, VERDICTS
from capcom_gql.domain.discounts import DiscountReason, ServiceReason
from capcom_gql.domain.refusal_sentences import REFUSALS
from capcom_gql.domain.sentences import (
    Locale,
    Sentences,
    locale_of,
    say,
    spell_day,
    spell_money,
)

CATALOGUES = {"refusals": REFUSALS, "verdicts": VERDICTS, "next steps": NEXT_STEPS, "agenda": AGENDA}
EVERY_SENTENCE = [
    pytest.param(pair, id=f"{name}: {key}") for name, catalogue in CATALOGUES.items() for key, pair in catalogue.items()
]


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("pair", EVERY_SENTENCE)
def test_both_languages_say_it_with_the_same_data(pair: tuple[str, str]) -> None:
    french, english = pair
    assert french.strip() == french != ""
    assert english.strip() == english != ""
    assert french != english
    assert set(placeholders(french)) == set(placeholders(english))
    assert all(name.isidentifier() for name in placeholders(french))


@pytest.mark.parametrize("pair", EVERY_SENTENCE)
def test_no_datum_bears_the_name_of_an_argument_of_say(pair: tuple[str, str]) -> None:
    french, english = pair
    assert not {"sentences", "key", "locale"} & {*placeholders(french), *placeholders(english)}
    data = dict.fromkeys(placeholders(french), "…")
    assert say({"it": pair}, "it", Locale.FR, **data).replace("\u202f", " ") == french.format(**data)
    assert say({"it": pair}, "it", Locale.EN, **data) == english.format(**data)


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


def test_every_fault_of_the_rules_has_its_sentence() -> None:
    keys = keys_of_faults()
    assert {"twice_in_form", "no_users", "not_found", "password_short"} <= keys
    assert keys <= set(REFUSALS)


@pytest.mark.rule("R10")
def test_every_answer_has_its_message_and_every_no_its_next_step() -> None:
    reasons = {*DiscountReason, *ServiceReason}
    assert set(VERDICTS) == {*reasons, "ELIGIBLE_PROVISIONAL"}
    assert set(NEXT_STEPS) == reasons - {DiscountReason.ELIGIBLE, ServiceReason.GRANTED}


@pytest.mark.rule("R8")
@pytest.mark.parametrize(("locale", "words"), [(Locale.FR, "24 décembre 2026"), (Locale.EN, "24 December 2026")])
def test_a_proof_too_late_is_told_the_due_day(locale: Locale, words: str) -> None:
    assert words in say(REFUSALS, "proof_too_late", locale, due_on=date(2026, 12, 24))


@pytest.mark.rule("R19")
@pytest.mark.parametrize("locale", list(Locale))
def test_who_has_not_accepted_the_terms_of_use_is_told_the_current_version(locale: Locale) -> None:
    assert "2026-3" in say(REFUSALS, "terms_not_accepted", locale, version="2026-3")


@pytest.mark.rule("R1")
@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("key", ["already_subscribed", "reopening_forbidden", "previous_unpaid"])
def test_a_known_organisation_is_sent_to_support_and_no_name_is_given(key: str, locale: Locale) -> None:
    assert placeholders(REFUSALS[key][0]) == ["support"]
    assert "aide@reseau.example" in say(REFUSALS, key, locale, support="aide@reseau.example")


@pytest.mark.parametrize(
    ("on", "french", "english"),
    [
        (date(2026, 12, 9), "9 décembre 2026", "9 December 2026"),
        (date(2027, 1, 1), "1er janvier 2027", "1 January 2027"),
        (date(2028, 2, 29), "29 février 2028", "29 February 2028"),
        (date(2027, 3, 11), "11 mars 2027", "11 March 2027"),
        (date(2027, 4, 21), "21 avril 2027", "21 April 2027"),
        (date(2027, 5, 31), "31 mai 2027", "31 May 2027"),
        (date(2027, 6, 2), "2 juin 2027", "2 June 2027"),
        (date(2027, 7, 14), "14 juillet 2027", "14 July 2027"),
        (date(2027, 8, 1), "1er août 2027", "1 August 2027"),
        (date(2027, 9, 10), "10 septembre 2027", "10 September 2027"),
        (date(2027, 10, 30), "30 octobre 2027", "30 October 2027"),
        (date(2027, 11, 5), "5 novembre 2027", "5 November 2027"),
    ],
)
def test_a_day_in_words(on: date, french: str, english: str) -> None:
    assert (spell_day(on, Locale.FR), spell_day(on, Locale.EN)) == (french, english)


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("fr", Locale.FR),
        ("en", Locale.EN),
        ("FR", Locale.FR),
        ("fr-CA", Locale.FR),
        ("fr_FR", Locale.FR),
        (" EN-gb ", Locale.EN),
        ("de", None),
        ("french", None),
        ("", None),
        ("-", None),
        (None, None),
    ],
)
def test_the_language_of_a_tag(tag: str | None, locale: Locale | None) -> None:
    assert locale_of(tag) is locale


def test_a_sentence_that_nobody_wrote_is_a_fault_of_ours() -> None:
    catalogue: Sentences = {"it": ("ceci", "this")}
    with pytest.raises(KeyError):
        say(catalogue, "that", Locale.FR)
    with pytest.raises(KeyError):
        say(REFUSALS, "seats_full", Locale.FR, limit=3)


def test_french_typography() -> None:
    """A narrow no-break space before ; : ! ? and inside « »; what a person wrote stays as it is."""
    sentence = {"it": ("« {what} » : oui ; non ? si !", "“{what}”: yes; no? indeed!")}
    assert say(sentence, "it", Locale.FR, what="a ; b") == "«\u202fa ; b\u202f»\u202f: oui\u202f; non\u202f? si\u202f!"
    assert say(sentence, "it", Locale.EN, what="a ; b") == "“a ; b”: yes; no? indeed!"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        (150_050, "EUR", Locale.FR, "1\u202f500,50\u00a0€"),
        (150_050, "EUR", Locale.EN, "1,500.50 EUR"),
        (5, "CHF", Locale.FR, "0,05\u00a0CHF"),
    ],
)
def test_money_in_words(amount: int, currency: str, locale: Locale, words: str) -> None:
    assert spell_money(amount, currency, locale) == words
