"""Every letter, in both languages: complete, in the language's own words, and proof against what names contain."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from capcom_gql.notifiers import language
from capcom_gql.notifiers.language import LOCALES, long_date
from capcom_gql.notifiers.layout import WIDTH
from capcom_gql.notifiers.rendering import TEMPLATES, TOPICS, Rendered, UnrenderableLetter, render
from tests.notifiers.letters import CONTEXT, LINK

LETTERS = [(topic, locale) for topic in TOPICS for locale in LOCALES]
NEEDS = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.needs)]
MAY_LACK = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.may_lack)]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
VOID = frozenset({"meta", "hr", "br", "img", "link"})


class Page(HTMLParser):
    """Reads a page as a mail program would: its text, its links, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.lang: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "html":
            self.lang = dict(attrs)["lang"]
        for name, value in attrs:
            assert not name.startswith("on"), f"a script in {tag}"
            if name in {"href", "src"} and value is not None:
                self.links.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "title" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def page_of(letter: Rendered) -> Page:
    assert letter.html is not None
    return Page(letter.html)


def with_person(**names: str) -> dict[str, object]:
    person = {"given_name": "Zoé", "family_name": "N'Guyên", "email": "zoe@ville.example", **names}
    return {**CONTEXT, "person": person}


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
@pytest.mark.parametrize("is_manager", [True, False])
@pytest.mark.parametrize("without", [frozenset(), frozenset({"manager_name", "proof_due_on"})])
def test_every_letter_can_be_written(topic: str, locale: str, is_manager: bool, without: frozenset[str]) -> None:
    may_lack = TOPICS[topic].may_lack & without
    letter = render(topic, locale, {**CONTEXT, "is_manager": is_manager, **dict.fromkeys(may_lack)})
    assert letter.subject == letter.subject.strip()
    assert not CONTROL.search(letter.subject)
    for form in (letter.subject, letter.text, letter.html or ""):
        assert "None" not in form
        assert "{" not in form
        assert "}" not in form
    for line in letter.text.splitlines():
        assert len(line) <= WIDTH or line.startswith("    http")
        assert line == line.rstrip()
    assert "\n\n\n" not in letter.text
    assert letter.text.endswith("\n")


@pytest.mark.parametrize(("topic", "locale"), [pair for pair in LETTERS if pair[0] != "staff_notice"])
def test_the_html_is_sound_and_says_what_the_text_says(topic: str, locale: str) -> None:
    letter = render(topic, locale, CONTEXT)
    page = page_of(letter)
    assert page.open == []
    assert page.lang == locale
    assert not {"img", "script", "link", "iframe"} & set(page.tags)
    spoken = letter.text.casefold().split()
    shown = page.text.casefold().replace("choisir mon mot de passe", "")
    shown = shown.replace("choose my password", "")
    assert [word.strip(".,") for word in shown.split() if word.strip(".,")] == [word.strip(".,") for word in spoken]


def test_staff_notices_are_plain_text() -> None:
    assert {topic for topic, declared in TOPICS.items() if not declared.has_html} == {"staff_notice"}
    assert render("staff_notice", "fr", CONTEXT).html is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("topic", "key"), NEEDS)
def test_a_key_that_is_needed_can_neither_be_missing_nor_none(topic: str, key: str, locale: str) -> None:
    without = {name: value for name, value in CONTEXT.items() if name != key}
    with pytest.raises(UnrenderableLetter, match=rf"{topic} \({locale}\) lacks {key}"):
        render(topic, locale, without)
    with pytest.raises(UnrenderableLetter, match=rf"{topic} \({locale}\) lacks {key}"):
        render(topic, locale, {**CONTEXT, key: None})


@pytest.mark.parametrize(("topic", "key"), MAY_LACK)
def test_a_key_that_may_lack_must_be_given_as_none(topic: str, key: str) -> None:
    with pytest.raises(UnrenderableLetter, match=f"lacks {key}"):
        render(topic, "fr", {name: value for name, value in CONTEXT.items() if name != key})


@pytest.mark.parametrize("locale", LOCALES)
def test_the_table_names_exactly_what_the_templates_use(locale: str) -> None:
    environment = Environment()
    environment.filters.update({name: vars(language)[name] for name in ("long_date", "services", "discounts")})

    def used(name: str) -> set[str]:
        source = (TEMPLATES / locale / f"{name}.jinja").read_text(encoding="utf-8")
        return meta.find_undeclared_variables(environment.parse(source)) - {"piece", "part"}

    assert used("letter") == {"support_email"}
    for topic, declared in TOPICS.items():
        frame = used("letter") if declared.has_html else set()
        assert used(topic) | frame == declared.needs | declared.may_lack


def test_the_folders_hold_the_letters_of_the_table_and_no_other() -> None:
    for locale in LOCALES:
        found = {path.stem for path in (TEMPLATES / locale).glob("*.jinja")} - {"letter"}
        assert found == set(TOPICS)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("reason", "FORGOTTEN"),
        ("notice", {"kind": "other", "organisation_name": "x", "subject_ids": []}),
        ("services", ["CATERING"]),
        ("services", []),
        ("discounts", [{"event_kind": "PARTY", "percent": 5}]),
        ("discounts", [{"event_kind": "FORUM"}]),
        ("discounts", [{"event_kind": "FORUM", "percent": 5, "amount": "5 €"}]),
        ("starts_on", "2026-11-24"),
        ("starts_on", datetime(2026, 11, 24, tzinfo=UTC)),
        ("person", {"given_name": "Zoé", "email": "zoe@ville.example"}),
        ("person", "Zoé"),
    ],
)
def test_a_value_no_template_knows_is_refused(key: str, value: object) -> None:
    topic = next(topic for topic, declared in TOPICS.items() if key in declared.needs)
    for locale in LOCALES:
        with pytest.raises(UnrenderableLetter, match=topic):
            render(topic, locale, {**CONTEXT, key: value})


def test_unknown_topics_and_languages_are_refused() -> None:
    with pytest.raises(UnrenderableLetter, match="no letter 'greeting'; there are welcome, password_link"):
        render("greeting", "fr", CONTEXT)
    with pytest.raises(UnrenderableLetter, match="no letters in 'de'; give fr or en"):
        render("welcome", "de", CONTEXT)
    with pytest.raises(UnrenderableLetter):
        render("../pieces.text", "fr", CONTEXT)


ATTACK = '<script>alert("x")</script> & <img src=x onerror=y>'


@pytest.mark.parametrize(("topic", "locale"), [pair for pair in LETTERS if pair[0] != "staff_notice"])
def test_what_names_contain_is_text_and_nothing_else(topic: str, locale: str) -> None:
    context = {**with_person(family_name=ATTACK), "organisation_name": ATTACK, "manager_name": ATTACK}
    letter = render(topic, locale, context)
    page = page_of(letter)
    assert not {"script", "img"} & set(page.tags)
    assert ATTACK in page.text
    assert ATTACK in " ".join(letter.text.split())


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
def test_a_name_cannot_add_a_header_a_line_or_a_template(topic: str, locale: str) -> None:
    name = "Évreux\r\nBcc: all@x.example\n\n    {{ link }}\u2028<p>x\x00\x1b[0m\x85"
    flat = "Évreux Bcc: all@x.example {{ link }} <p>x [0m"
    notice = {"kind": "signup.refused", "organisation_name": name, "subject_ids": [name]}
    letter = render(topic, locale, {**with_person(given_name=name), "organisation_name": name, "notice": notice})
    assert "\n" not in letter.subject
    assert "\r" not in letter.text
    assert not CONTROL.search(letter.subject)
    assert flat in " ".join(letter.text.split())
    assert not any(line.startswith("    {{") for line in letter.text.splitlines())


def test_the_welcome_of_a_manager_says_all_there_is_to_know() -> None:
    letter = render("welcome", "fr", CONTEXT)
    assert letter.subject == "Bienvenue dans l'abonnement Cap'Com Plus de Ville d'Évreux"
    lines = letter.text.splitlines()
    assert "    CP 4071 8823 9056 1227" in lines
    assert f"    {LINK}" in lines
    words = " ".join(letter.text.replace("\u00a0", " ").split())
    for part in (
        "Bonjour Zoé N'Guyên,",
        "(formule Collectif)",
        "formations 20 %, réunions 15,50 € et Forum 10 %.",
        "Votre identifiant est zoe@ville.example.",
        "qui sert une seule fois, dans les 72 heures :",
        "il reste valable tant que vous n'en avez pas choisi un autre",
        "demandez un nouveau lien sur https://capcom.example/login.",
        "Il comprend les éditions, la documentation et la formation.",
        "du 24 novembre 2026 au 23 novembre 2027.",
        "À FAIRE AU PLUS TARD LE 9 DÉCEMBRE 2026",
        "Envoyez un bon de commande ou un chèque, ou faites un virement",
        "Écrivez à support@capcom.example.",
    ):
        assert part in words
    page = page_of(letter)
    assert page.links.count(LINK) == 2
    assert "À faire au plus tard le 9 décembre 2026" in page.text


def test_the_welcome_of_a_user_names_the_manager_and_asks_for_no_payment() -> None:
    user: Mapping[str, object] = {**CONTEXT, "is_manager": False}
    french, english = render("welcome", "fr", user).text, render("welcome", "en", user).text
    assert "Ana Díaz, gestionnaire" in " ".join(french.split())
    assert "Ana Díaz, the manager" in " ".join(english.split())
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
        ("UNPAID", "fr", "depuis le 10 décembre 2026, faute d'avoir reçu à temps"),
        ("UNPAID", "en", "since 10 December 2026, because no purchase order, cheque or bank transfer arrived"),
        ("WITHDRAWN", "fr", "à la demande écrite de l'organisme"),
        ("WITHDRAWN", "en", "at the organisation's written request"),
        ("BY_STAFF", "fr", "par l'équipe Cap'Com Plus"),
        ("BY_STAFF", "en", "by the Cap'Com Plus team"),
    ],
)
def test_a_cancellation_says_since_when_and_why(reason: str, locale: str, words: str) -> None:
    for is_manager in (True, False):
        letter = render("cancelled", locale, {**CONTEXT, "reason": reason, "is_manager": is_manager})
        assert words in " ".join(letter.text.split())


def test_only_the_manager_of_an_unpaid_subscription_reads_of_reinstatement() -> None:
    for reason, is_manager, told in (("UNPAID", True, True), ("UNPAID", False, False), ("BY_STAFF", True, False)):
        text = render("cancelled", "en", {**CONTEXT, "reason": reason, "is_manager": is_manager}).text
        assert ("reinstate" in text) is told


@pytest.mark.parametrize(
    ("hours", "locale", "words"),
    [(1, "fr", "dans l'heure"), (72, "fr", "dans les 72 heures"), (1, "en", "the hour"), (72, "en", "72 hours")],
)
def test_how_long_a_link_is_good(hours: int, locale: str, words: str) -> None:
    text = render("password_link", locale, {**CONTEXT, "link_hours": hours}).text
    assert words in " ".join(text.split())


@pytest.mark.parametrize(
    ("kind", "fr", "en"),
    [
        ("signup.refused", "Inscription refusée\u00a0: Ville d'Évreux", "Sign-up refused: Ville d'Évreux"),
        (
            "organisation.duplicate_suspected",
            "Doublon possible\u00a0: Ville d'Évreux",
            "Possible duplicate: Ville d'Évreux",
        ),
    ],
)
def test_staff_read_what_happened_and_to_whom(kind: str, fr: str, en: str) -> None:
    notice = {"kind": kind, "organisation_name": "Ville d'Évreux", "subject_ids": ["org_01jx", "sub_01jx"]}
    for locale, subject in (("fr", fr), ("en", en)):
        letter = render("staff_notice", locale, {"notice": notice})
        assert letter.subject == subject
        assert "    org_01jx\n    sub_01jx\n" in letter.text
        assert "support" not in letter.text


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
    assert (long_date(day, "fr"), long_date(day, "en")) == (french, english)


def test_french_signs_never_begin_a_line() -> None:
    for path in (TEMPLATES / "fr").glob("*.jinja"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not re.search(r"\w [:;?!»]|« ", line), f"{path.name}, line {number}: use a no-break space"


def test_a_template_that_fails_is_told_with_its_letter(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    for source, reason in (
        ("{% block subject %}", "TemplateSyntaxError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ secret_key }}", "'secret_key' is undefined"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("", "the subject is empty"),
    ):
        over = tmp_path / reason.replace("'", "").replace(" ", "_")
        (over / "fr").mkdir(parents=True)
        (over / "fr" / "confirmed.jinja").write_text(source, encoding="utf-8")
        with pytest.raises(UnrenderableLetter, match=rf"confirmed \(fr\): .*{reason}"):
            render("confirmed", "fr", CONTEXT, [over])
        assert render("confirmed", "en", CONTEXT, [over]).subject
