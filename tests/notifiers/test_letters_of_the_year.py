"""What the letters of the renewal, of the end and of what people change themselves say to whom."""

import pytest

from capcom_gql.languages.locales import LOCALES
from capcom_gql.notifiers.rendering import render
from tests.notifiers.letters import CONTEXT, LINK, RENEW_URL, SURVEY_URL, page_of, said, words_of


@pytest.mark.rule("R13")
@pytest.mark.parametrize("topic", ["renewal_notice", "renewal_reminder"])
@pytest.mark.parametrize(
    ("locale", "to_do", "subject", "decides", "nobody"),
    [
        (
            "fr",
            "À FAIRE AU PLUS TARD LE 23 NOVEMBRE 2027",
            "renouveler au plus tard le 23 novembre 2027",
            "La décision revient à la personne gestionnaire de l’abonnement : Ana Díaz.",
            "L’abonnement n’a plus de gestionnaire",
        ),
        (
            "en",
            "TO DO BY 23 NOVEMBER 2027",
            "renew by 23 November 2027",
            "The renewal is decided by the manager of the subscription, Ana Díaz.",
            "The subscription has no manager any more",
        ),
    ],
)
def test_the_manager_is_asked_to_renew_and_users_are_told_who_decides(
    topic: str, locale: str, to_do: str, subject: str, decides: str, nobody: str
) -> None:
    manager = render(topic, locale, CONTEXT)
    assert subject in words_of(manager.subject)
    assert to_do in words_of(manager.text)
    assert f"    {RENEW_URL}" in manager.text.splitlines()
    assert page_of(manager).links.count(RENEW_URL) == 2
    assert decides not in words_of(manager.text)
    # a link that users are given by mistake is not shown to them
    user = render(topic, locale, {**CONTEXT, "is_manager": False})
    assert subject not in words_of(user.subject)
    assert to_do not in words_of(user.text)
    assert RENEW_URL not in user.text + str(user.html)
    assert decides in words_of(user.text)
    alone = said(topic, locale, is_manager=False, manager_name=None, renew_url=None)
    assert nobody in alone
    assert "Ana" not in alone
    assert "write to support@capcom.example" in said(topic, "en", renew_url=None)


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("number", "days", "locale", "words"),
    [
        (1, 21, "fr", ("Rappel, à", "prend fin dans 21 jours,", "dites-le au même endroit")),
        (2, 14, "fr", ("Rappel, à", "prend fin dans 14 jours,", "dites-le au même endroit")),
        (3, 1, "fr", ("Dernier rappel, à", "prend fin demain,", "C’est notre dernier rappel.")),
        (3, 0, "fr", ("Dernier rappel, à", "prend fin aujourd’hui,", "C’est notre dernier rappel.")),
        (1, 21, "en", ("Reminder, to renew by", "ends in 21 days,", "say so in the same place")),
        (2, 14, "en", ("Reminder, to renew by", "ends in 14 days,", "say so in the same place")),
        (3, 1, "en", ("Last reminder, to renew by", "ends tomorrow,", "This is our last reminder.")),
        (3, 0, "en", ("Last reminder, to renew by", "ends today,", "This is our last reminder.")),
    ],
)
def test_a_reminder_says_how_long_there_is_and_whether_it_is_the_last(
    number: int, days: int, locale: str, words: tuple[str, ...]
) -> None:
    told = said("renewal_reminder", locale, reminder_number=number, days_left=days)
    assert told.startswith(words[0])
    for part in words[1:]:
        assert part in told


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("locale", "years", "proof", "kept", "nothing"),
    [
        (
            "fr",
            "jusqu’au 23 novembre 2026 inclus Nouvelle année : du 24 novembre 2026 au 23 novembre 2027 inclus",
            "À FAIRE AU PLUS TARD LE 9 DÉCEMBRE 2026",
            "L’année en cours, elle, reste valable jusqu’à son dernier jour.",
            "vous n’avez rien à faire.",
        ),
        (
            "en",
            "until 23 November 2026 inclusive New year: from 24 November 2026 to 23 November 2027 inclusive",
            "TO DO BY 9 DECEMBER 2026",
            "The current year stays valid until its last day.",
            "there is nothing to do.",
        ),
    ],
)
def test_a_renewal_says_both_years_and_asks_the_manager_for_the_proof(
    locale: str, years: str, proof: str, kept: str, nothing: str
) -> None:
    manager = said("renewed", locale)
    confirmed = said("renewed", locale, proof_due_on=None)
    user = said("renewed", locale, is_manager=False)
    for text in (manager, confirmed, user):
        assert years in text
        assert "CP 4071 8823 9056 1227" in text
    assert proof in manager and kept in manager and nothing not in manager
    assert nothing in confirmed and proof not in confirmed
    assert proof not in user and kept not in user


@pytest.mark.parametrize(
    ("locale", "stays", "mind"),
    [
        ("fr", "Rien ne change jusqu’au 23 novembre 2027 inclus", "Renouveler reste possible jusqu’à ce jour inclus :"),
        (
            "en",
            "Nothing changes until 23 November 2027 inclusive",
            "Renewing stays possible until the end of that day:",
        ),
    ],
)
def test_who_declines_reads_that_nothing_changes_until_the_end(locale: str, stays: str, mind: str) -> None:
    told = said("declined", locale)
    assert stays in told
    assert f"{mind} {RENEW_URL}" in told


@pytest.mark.rule("R16")
def test_the_end_says_how_to_come_back_to_who_can() -> None:
    for locale, manager, other, nobody in (
        ("fr", "Connectez-vous d’abord à votre compte :", "peut réabonner votre organisme : Ana", "écrivez-nous"),
        ("en", "First sign in to your account:", "by the manager of the subscription, Ana", "write to us"),
    ):
        texts = [
            said("expired", locale),
            said("expired", locale, is_manager=False),
            said("expired", locale, is_manager=False, manager_name=None),
        ]
        for number, text in enumerate(texts):
            assert "https://capcom.example/login" in text
            assert RENEW_URL not in text
            assert [part in text for part in (manager, other, nobody)] == [number == each for each in range(3)]
        assert "Dernier jour : 23 novembre 2027" in texts[0] or "Last day: 23 November 2027" in texts[0]


@pytest.mark.rule("R9")
def test_a_year_that_is_over_is_reinstated_without_a_promise_of_access() -> None:
    for locale, again, over in (("fr", "ouvre de nouveau", "ouvre plus"), ("en", "again", "no longer gives")):
        for is_manager in (True, False):
            running = said("reinstated", locale, is_manager=is_manager)
            past = said("reinstated", locale, is_manager=is_manager, is_over=True)
            assert again in running and over not in running
            assert over in past and again not in past
            assert "CP 4071 8823 9056 1227" in running and "CP 4071 8823 9056 1227" in past


@pytest.mark.rule("R18")
def test_the_survey_is_one_link_until_a_day_and_up_to_the_reader() -> None:
    for locale, until, free in (
        ("fr", "23 décembre 2027", "facultative"),
        ("en", "until 23 December 2027 inclusive", "up to you"),
    ):
        letter = render("survey", locale, CONTEXT)
        assert f"    {SURVEY_URL}" in letter.text.splitlines()
        assert until in words_of(letter.text) and free in letter.text


@pytest.mark.rule("R12")
def test_both_managers_are_told_of_the_change() -> None:
    for locale, new, former, who in (
        (
            "fr",
            "Vous êtes désormais gestionnaire",
            "Vous n’êtes plus gestionnaire",
            "Désormais gestionnaire : Ana Díaz",
        ),
        ("en", "You are now the manager", "You are no longer the manager", "Manager from now on: Ana Díaz"),
    ):
        to_new, to_former = (said("manager_changed", locale, is_manager=each) for each in (True, False))
        assert to_new.startswith(new) and "Ana" not in to_new
        assert to_former.startswith(former) and who in to_former


@pytest.mark.rule("R20")
def test_staff_read_a_request_with_all_they_need_to_answer_it() -> None:
    for locale, answers in (("fr", "répond :"), ("en", "answers:")):
        letter = render("support_opened", locale, CONTEXT)
        assert "\n\n> Bonjour,\n> le Forum m'a refusé la réduction.\n> Pourquoi\u202f?\n\n" in letter.text
        for line in ("CP 4071 8823 9056 1227", "zoe@ville.example", "sup_01jx"):
            assert f"    {line}" in letter.text.splitlines()
        assert f"{answers} Ce numéro n'est plus valable." in words_of(letter.text)
        request = CONTEXT["request"]
        assert isinstance(request, dict)
        request = {**request, "reason": None}
        assert answers not in words_of(render("support_opened", locale, {"request": request}).text)


@pytest.mark.rule("R24")
@pytest.mark.parametrize("locale", LOCALES)
def test_only_the_new_address_gets_the_link_and_only_before_the_change(locale: str) -> None:
    at_once = {"fr": "écrivez tout de suite à", "en": "support@capcom.example at once"}[locale]
    for is_old, is_done in ((False, False), (True, False), (False, True), (True, True)):
        letter = render("email_change", locale, {**CONTEXT, "is_old": is_old, "is_done": is_done})
        assert (LINK in letter.text) is (not is_old and not is_done)
        assert "zoe.nguyen@agglo.example" in letter.text
        # the new address may be a stranger's, mistyped
        assert ("zoe@ville.example" in letter.text) is False
        assert (at_once in words_of(letter.text)) is is_old
