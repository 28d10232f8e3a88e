"""How each language writes days, amounts, percentages and lists, and keeps its signs at their distance."""

from datetime import date

import pytest

from capcom_gql.languages.catalogues import catalogue, spaced
from capcom_gql.languages.locales import ENGLISH, FRENCH, LOCALES, Locale, locale_of
from capcom_gql.languages.sentences import say
from capcom_gql.languages.writing import short_day, spell_day, spell_list, spell_money, spell_percent


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
    assert (spell_day(on, FRENCH), spell_day(on, ENGLISH)) == (french, english)


@pytest.mark.parametrize(
    ("on", "french", "english"),
    [
        (date(2027, 9, 1), "01/09/2027", "1 Sep 2027"),
        (date(2027, 6, 30), "30/06/2027", "30 Jun 2027"),
    ],
)
def test_a_day_in_few_characters(on: date, french: str, english: str) -> None:
    assert (short_day(on, FRENCH), short_day(on, ENGLISH)) == (french, english)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        (150_050, "EUR", FRENCH, "1\u202f500,50\u00a0€"),
        (150_050, "EUR", ENGLISH, "1,500.50 EUR"),
        (5, "CHF", FRENCH, "0,05\u00a0CHF"),
        (5, "USD", FRENCH, "0,05\u00a0USD"),
    ],
)
def test_money_in_words(amount: int, currency: str, locale: Locale, words: str) -> None:
    assert spell_money(amount, currency, locale) == words


def test_percentages_in_words() -> None:
    assert (spell_percent(7, FRENCH), spell_percent(7, ENGLISH)) == ("7\u00a0%", "7%")
    assert (spell_percent(100, FRENCH), spell_percent(100, ENGLISH)) == ("100\u00a0%", "100%")


@pytest.mark.parametrize(
    ("items", "french", "english"),
    [
        (["a"], "a", "a"),
        (["a", "b"], "a et b", "a and b"),
        (["a", "b", "c"], "a, b et c", "a, b and c"),
    ],
)
def test_lists_in_words(items: list[str], french: str, english: str) -> None:
    assert (spell_list(items, FRENCH), spell_list(items, ENGLISH)) == (french, english)
    one_of = (spell_list(items, FRENCH, "or"), spell_list(items, ENGLISH, "or"))
    assert one_of == (french.replace(" et ", " ou "), english.replace(" and ", " or "))


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_cannot_be_listed(locale: Locale) -> None:
    with pytest.raises(ValueError, match="nothing to list"):
        spell_list([], locale)


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("fr", FRENCH),
        ("en", ENGLISH),
        ("FR", FRENCH),
        ("fr-CA", FRENCH),
        ("fr_FR", FRENCH),
        (" EN-gb ", ENGLISH),
        ("de", None),
        ("french", None),
        ("", None),
        ("-", None),
        (None, None),
    ],
)
def test_the_language_of_a_tag(tag: str | None, locale: Locale | None) -> None:
    assert locale_of(tag) == locale


def test_what_is_no_language_of_the_service_is_no_locale() -> None:
    assert LOCALES == ("fr", "en")
    with pytest.raises(ValueError, match="'de' is not a language of the service; there are fr, en"):
        Locale("de")


def test_french_signs_keep_their_distance() -> None:
    """A narrow no-break space before ; : ! ? and inside « »; what a person wrote stays as it is."""
    sentence = "« {what} » : oui ; non ? si !"
    assert spaced(sentence, FRENCH) == "«\u202f{what}\u202f»\u202f: oui\u202f; non\u202f? si\u202f!"
    assert spaced(sentence, ENGLISH) == sentence
    told = say("refusals", "bad_email", FRENCH, value="a ; b")
    assert told.startswith("«\u202fa ; b\u202f» n'est pas")


def test_a_sentence_that_nobody_wrote_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        say("refusals", "no_such_key", FRENCH)
    with pytest.raises(KeyError):
        say("refusals", "seats_full", FRENCH, limit=3)
    with pytest.raises(FileNotFoundError):
        catalogue(FRENCH, "no-such-catalogue")


@pytest.mark.parametrize(
    ("locale", "told"),
    [(FRENCH, "«\u202fde\u202f» n'est pas une langue du service. Donnez fr ou en."), (ENGLISH, "Give fr or en.")],
)
def test_the_languages_that_there_are_stand_in_the_refusal_of_another(locale: Locale, told: str) -> None:
    assert told in say("refusals", "bad_locale", locale, value="de", known=LOCALES)
