"""What each letter says to whom: what happened, what to do, until when, by which link, whom to ask."""

import re
from collections.abc import Mapping
from datetime import date

import pytest

from capcom_gql.languages.locales import FRENCH, LOCALES, Locale
from capcom_gql.notifiers.filters import long_date, short_date
from capcom_gql.notifiers.rendering import render
from tests.notifiers.letters import CONTEXT, LINK, RENEW_URL, page_of, said, words_of

FALLEN: Mapping[str, object] = {**CONTEXT, "running_ends_on": None, "renew_url": None}
"""A subscription of which nothing runs any more."""


def test_the_welcome_of_a_manager_says_all_there_is_to_know() -> None:
    letter = render("welcome", "fr", CONTEXT)
    assert letter.subject == "Bienvenue dans l’abonnement Cap'Com Plus\u202f: Ville d'Évremont"
    lines = letter.text.splitlines()
    assert "    CP 4071 8823 9056 1227" in lines
    assert f"    {LINK}" in lines
    words = words_of(letter.text)
    for part in (
        "Bonjour Zoé N'Guyên, L’abonnement Cap'Com Plus de votre organisme est ouvert, et vous en êtes gestionnaire.",
        "Organisme : Ville d'Évremont Formule : Collectif",
        "20 % sur les formations, 15,50 € sur les réunions et 10 % sur le Forum.",
        "Votre identifiant est zoe@ville.example.",
        "valable une seule fois, pendant 72 heures :",
        "il reste valable tant que vous n’en avez pas choisi un autre",
        "demandez un nouveau lien sur https://capcom.example/login.",
        "Services : les éditions, la documentation et la formation",
        "Période : du 24 novembre 2026 au 23 novembre 2027 inclus",
        "À FAIRE AU PLUS TARD LE 9 DÉCEMBRE 2026",
        "Envoyez un bon de commande ou un chèque, ou faites un virement",
        "Écrivez-nous à support@capcom.example.",
    ):
        assert part in words
    page = page_of(letter)
    assert page.links.count(LINK) == 2
    assert "À faire au plus tard le 9 décembre 2026" in page.text


def test_the_welcome_of_a_user_names_the_manager_and_asks_for_no_payment() -> None:
    user: Mapping[str, object] = {**CONTEXT, "is_manager": False}
    french, english = render("welcome", "fr", user).text, render("welcome", "en", user).text
    assert "Ana Díaz, gestionnaire" in words_of(french)
    assert "Ana Díaz, the manager" in words_of(english)
    for text in (french, english):
        assert "CP 4071 8823 9056 1227" in text
        assert not re.search("9 (décembre|December)", text, re.IGNORECASE)


def test_the_manager_of_a_confirmed_subscription_is_asked_for_no_payment() -> None:
    assert "bon de commande" not in render("welcome", "fr", {**CONTEXT, "proof_due_on": None}).text
    assert "purchase order" not in render("welcome", "en", {**CONTEXT, "proof_due_on": None}).text


def test_a_plan_without_discounts_promises_none() -> None:
    text = render("welcome", "en", {**CONTEXT, "discounts": []}).text
    assert "This number is yours alone." in text
    assert "discounts:" not in text


@pytest.mark.parametrize(
    ("reason", "locale", "words"),
    [
        ("UNPAID", "fr", "depuis le 10 décembre 2026, faute d’avoir reçu à temps"),
        ("UNPAID", "en", "since 10 December 2026, because no purchase order, cheque or bank transfer arrived"),
        ("WITHDRAWN", "fr", "à la demande écrite de l’organisme"),
        ("WITHDRAWN", "en", "at the organisation’s written request"),
        ("BY_STAFF", "fr", "par l’équipe Cap'Com Plus"),
        ("BY_STAFF", "en", "by the Cap'Com Plus team"),
    ],
)
def test_a_cancellation_says_since_when_and_why(reason: str, locale: str, words: str) -> None:
    for is_manager in (True, False):
        letter = render("cancelled", locale, {**FALLEN, "reason": reason, "is_manager": is_manager})
        assert words in words_of(letter.text)


def test_only_the_manager_of_an_unpaid_subscription_reads_of_reinstatement() -> None:
    for reason, is_manager, told in (("UNPAID", True, True), ("UNPAID", False, False), ("BY_STAFF", True, False)):
        text = render("cancelled", "en", {**FALLEN, "reason": reason, "is_manager": is_manager}).text
        assert ("reinstate" in text) is told


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("locale", "runs_on", "again", "stopped"),
    [
        (
            "fr",
            "Année en cours : jusqu’au 23 novembre 2026 inclus",
            "Vous pouvez renouveler de nouveau",
            "ont pris fin",
        ),
        ("en", "Current year: until 23 November 2026 inclusive", "You can renew again", "have stopped"),
    ],
)
def test_a_year_to_come_that_fell_stops_nothing(locale: str, runs_on: str, again: str, stopped: str) -> None:
    manager = said("cancelled", locale)
    user = said("cancelled", locale, is_manager=False, renew_url=None)
    assert runs_on in manager and runs_on in user
    assert again in manager and again not in user
    assert RENEW_URL in manager
    assert stopped not in manager and stopped not in user
    assert again not in said("cancelled", locale, renew_url=None)
    whole = said("cancelled", locale, **FALLEN)
    assert stopped in whole and runs_on not in whole


@pytest.mark.parametrize(
    ("hours", "locale", "words"),
    [(1, "fr", "pendant une heure"), (72, "fr", "pendant 72 heures"), (1, "en", "an hour"), (72, "en", "72 hours")],
)
def test_how_long_a_link_is_good(hours: int, locale: str, words: str) -> None:
    text = render("password_link", locale, {**CONTEXT, "link_hours": hours}).text
    assert words in words_of(text)


@pytest.mark.parametrize(
    ("kind", "fr", "en"),
    [
        ("signup.refused", "Inscription refusée\u202f: Ville d'Évremont", "Sign-up refused: Ville d'Évremont"),
        (
            "organisation.duplicate_suspected",
            "Doublon possible\u202f: Ville d'Évremont",
            "Possible duplicate: Ville d'Évremont",
        ),
    ],
)
def test_staff_read_what_happened_and_to_whom(kind: str, fr: str, en: str) -> None:
    notice = {"kind": kind, "organisation_name": "Ville d'Évremont", "subject_ids": ["org_01jx", "sub_01jx"]}
    for locale, subject in (("fr", fr), ("en", en)):
        letter = render("staff_notice", locale, {"notice": notice})
        assert letter.subject == subject
        assert "    org_01jx\n    sub_01jx\n" in letter.text
        assert "support" not in letter.text


@pytest.mark.parametrize("kind", ["endpoint.failing", "endpoint.disabled"])
def test_staff_read_of_a_webhook_that_does_not_answer(kind: str) -> None:
    notice: dict[str, object] = {"kind": kind, "organisation_name": None, "subject_ids": ["whe_01jx"]}
    notice |= {"url": "https://si.ville.example/events", "reason": "410 Gone"}
    for locale in LOCALES:
        letter = render("staff_notice", locale, {"notice": notice})
        assert letter.subject.endswith(": https://si.ville.example/events")
        lines = letter.text.splitlines()
        assert "    https://si.ville.example/events" in lines and "    whe_01jx" in lines
        assert "410 Gone" in letter.text and "Organis" not in letter.text
        of_one = {**notice, "organisation_name": "Ville d'Évremont", "reason": None}
        letter = render("staff_notice", locale, {"notice": of_one})
        assert letter.subject.endswith("Ville d'Évremont") and "Ville d'Évremont" in letter.text
        assert "410" not in letter.text and not re.search("raison|reason", letter.text)


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2027, 1, 1), "1er janvier 2027", "1 January 2027"),
        (date(2028, 2, 29), "29 février 2028", "29 February 2028"),
        (date(2026, 8, 11), "11 août 2026", "11 August 2026"),
        (date(2026, 12, 31), "31 décembre 2026", "31 December 2026"),
    ],
)
def test_days_are_written_out(day: date, french: str, english: str) -> None:
    assert words_of(f"{long_date(day, 'fr')} | {long_date(day, 'en')}") == f"{french} | {english}"


def test_days_and_amounts_are_kept_on_one_line_and_found_by_searches() -> None:
    for filler in range(40):
        letter = render(
            "welcome", "fr", {**CONTEXT, "plan_name": "P" * filler, "support_email": "s" * filler + "@x.example"}
        )
        for whole in ("24 novembre 2026 au 23 novembre 2027", "15,50 €", "72 heures"):
            assert whole in letter.text
        assert "24\u00a0novembre" in str(letter.html)
    assert "23 novembre" in render("renewal_notice", "fr", CONTEXT).subject


def test_days_in_text_messages_are_short() -> None:
    assert (short_date(date(2027, 9, 1), "fr"), short_date(date(2027, 9, 1), "en")) == ("01/09/2027", "1 Sep 2027")


def test_no_french_sentence_runs_into_a_name_that_it_should_elide() -> None:
    for path in (FRENCH.folder / "letters").glob("*.jinja"):
        assert not re.search(r"\b(de|que) {{ (organisation|manager|plan)_name", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("locale", LOCALES)
def test_apostrophes_are_those_of_print(locale: Locale) -> None:
    """But in the name of the service, and in text messages, whose alphabet lacks them."""
    for path in (locale.folder / "letters").glob("*.jinja"):
        told = re.sub(
            r"{% block short %}.*?{% endblock %}|Cap'Com", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert not re.search(r"\w'\w", told), path.name


def test_no_letter_shouts() -> None:
    for path in (path for locale in LOCALES for path in (locale.folder / "letters").glob("*.jinja")):
        assert not re.search(r"!(?!=)", path.read_text(encoding="utf-8")), path


def test_french_signs_never_begin_a_line() -> None:
    for path in (FRENCH.folder / "letters").glob("*.jinja"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not re.search(r"\w [:;?!»]|« ", line), f"{path.name}, line {number}: use a no-break space"
