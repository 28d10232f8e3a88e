"""Every letter, in both languages: complete, in the language's own words, and proof against what names contain."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from capcom_gql.notifiers import language
from capcom_gql.notifiers.language import LOCALES
from capcom_gql.notifiers.layout import WIDTH
from capcom_gql.notifiers.rendering import TEMPLATES, TOPICS, UnrenderableLetter, render
from tests.notifiers.letters import CONTEXT, page_of

LETTERS = [(topic, locale) for topic in TOPICS for locale in LOCALES]
NEEDS = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.needs)]
MAY_LACK = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.may_lack)]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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
