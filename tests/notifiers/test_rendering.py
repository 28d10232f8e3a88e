"""Every letter, in both languages: complete, in the language's own words, and proof against what names contain."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from capcom_gql.domain import letters
from capcom_gql.languages.locales import LOCALES, Locale
from capcom_gql.notifiers import filters
from capcom_gql.notifiers.layout import PREHEADER, WIDTH
from capcom_gql.notifiers.rendering import UnrenderableLetter, render
from capcom_gql.notifiers.topics import TOPICS
from tests.notifiers.letters import CONTEXT, LETTERS, page_of, told, words_of

WITH_HTML = [(topic, locale) for topic, locale in LETTERS if TOPICS[topic].has_html]
NEEDS = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.required)]
MAY_LACK = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.nullable)]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def with_person(**names: str) -> dict[str, object]:
    person = {"given_name": "Zoé", "family_name": "N'Guyên", "email": "zoe@ville.example", **names}
    return {**CONTEXT, "person": person}


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
def test_every_letter_can_be_written_and_its_html_says_what_its_text_says(topic: str, locale: str) -> None:
    for context in told(topic):
        letter = render(topic, locale, context)
        assert letter.subject == letter.subject.strip()
        for line in (letter.subject, letter.short or ""):
            assert not CONTROL.search(line)
        page = None if letter.html is None else page_of(letter)
        for form in (letter.subject, letter.text, "" if page is None else page.text, letter.short or ""):
            assert "None" not in form
            assert "{" not in form
            assert "}" not in form
        for line in letter.text.splitlines():
            assert len(line) <= WIDTH or line.startswith("    http")
            assert line == line.rstrip()
        assert "\n\n\n" not in letter.text
        assert letter.text.endswith("\n")
        if page is None:
            continue
        assert page.open == []
        assert page.lang == locale
        assert not {"img", "script", "link", "iframe"} & set(page.tags)
        assert all(each.startswith(("https://capcom.example/", "mailto:")) for each in page.links)
        assert page.layout_tables.count(False) == (1 if "th" in page.tags else 0)
        spoken = [word for word in letter.text.casefold().split() if word != ">"]
        shown = page.text.casefold().split()
        assert "".join(shown) == "".join(spoken)


@pytest.mark.parametrize(("topic", "locale"), WITH_HTML)
def test_beside_the_subject_stands_what_happened(topic: str, locale: str) -> None:
    for context in told(topic):
        letter = render(topic, locale, context)
        (preheader,) = page_of(letter).aside["preheader"]
        said = words_of(preheader).rstrip("…")
        greeting, _, rest = words_of(letter.text).partition(", ")
        assert greeting.endswith("Zoé N'Guyên")
        assert rest.startswith(said)
        assert 30 < len(said) <= PREHEADER
        # it is shown on locked screens
        assert "token=" not in said and "4071" not in said


@pytest.mark.parametrize(
    ("topic", "locale"), [("proof_reminder", "fr"), ("renewal_notice", "fr"), ("renewal_reminder", "en")]
)
def test_a_deadline_stands_at_the_beginning_of_the_subject(topic: str, locale: str) -> None:
    assert re.search(r"\b20\d\d\b", render(topic, locale, CONTEXT).subject[:60])


def test_a_long_fact_is_wrapped_below_its_name() -> None:
    letter = render("confirmed", "fr", {**CONTEXT, "organisation_name": "Communauté " * 12})
    start = letter.text.index("    Organisme")
    assert letter.text[start:].splitlines()[:4] == [
        "    Organisme\u202f: Communauté Communauté Communauté Communauté Communauté",
        "        Communauté Communauté Communauté Communauté Communauté",
        "        Communauté Communauté",
        "    Formule\u202f: Collectif",
    ]


def test_what_staff_are_sent_is_plain_text() -> None:
    to_support = {topic.value for topic, row in letters.LETTERS.items() if row.audience is letters.Audience.SUPPORT}
    assert {topic for topic, declared in TOPICS.items() if not declared.has_html} == to_support
    for topic, declared in TOPICS.items():
        assert (render(topic, "fr", CONTEXT).html is not None) is declared.has_html


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
def test_the_table_names_exactly_what_the_templates_use(locale: Locale) -> None:
    environment = Environment()
    environment.filters.update(
        {name: vars(filters)[name] for name in ("long_date", "short_date", "services", "discounts")}
    )

    def used(name: str) -> set[str]:
        source = (locale.folder / "letters" / f"{name}.jinja").read_text(encoding="utf-8")
        return meta.find_undeclared_variables(environment.parse(source)) - {"piece", "part", "frame"}

    assert used("letter") == {"support_email"}
    for topic, declared in TOPICS.items():
        frame = used("letter") if declared.has_html else set()
        assert used(topic) | frame == declared.required | declared.nullable


def test_the_folders_hold_the_letters_of_the_table_and_no_other() -> None:
    for locale in LOCALES:
        found = {path.stem for path in (locale.folder / "letters").glob("*.jinja")} - {"letter"}
        assert found == set(TOPICS)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("reason", "FORGOTTEN"),
        ("reminder_number", 4),
        ("request", {"id": "sup_01jx", "message": "x"}),
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
    topic = next(topic for topic, declared in TOPICS.items() if key in declared.required)
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


@pytest.mark.parametrize(("topic", "locale"), WITH_HTML)
def test_what_people_write_is_text_and_nothing_else(topic: str, locale: str) -> None:
    written = dict.fromkeys(("organisation_name", "manager_name", "plan_name", "question", "answer"), ATTACK)
    letter = render(topic, locale, {**with_person(family_name=ATTACK), **written})
    page = page_of(letter)
    assert not {"script", "img"} & set(page.tags)
    told = (TOPICS[topic].required | TOPICS[topic].nullable) & (written.keys() | {"person"})
    assert page.text.count(ATTACK) >= len(told - {"manager_name"})
    assert ATTACK in words_of(letter.text)


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
def test_a_name_cannot_add_a_header_a_line_or_a_template(topic: str, locale: str) -> None:
    name = "Évreux\r\nBcc: all@x.example\n\n    {{ link }}\u2028<p>x\x00\x1b[0m\x85"
    flat = "Évreux Bcc: all@x.example {{ link }} <p>x [0m"
    written: dict[str, object] = {
        "organisation_name": name,
        "notice": {"kind": "signup.refused", "organisation_name": name, "subject_ids": [name]},
        "request": dict.fromkeys(("id", "message", "opened_by", "email", "subscriber_number", "reason"), name),
        "question": name,
        "answer": name,
    }
    letter = render(topic, locale, {**with_person(given_name=name), **written})
    assert "\n" not in letter.subject
    assert "\r" not in letter.text
    assert not CONTROL.search(letter.subject)
    assert not CONTROL.search(letter.short or "")
    assert flat in words_of(letter.text)
    assert not any(line.startswith("    {{") for line in letter.text.splitlines())


def test_what_was_written_at_length_keeps_its_lines() -> None:
    letter = render("support_answer", "en", {**CONTEXT, "question": f"Hello,\n\n{'why ' * 30}\r    <b>Zoé</b>"})
    start = letter.text.index("> Hello,")
    assert letter.text[start:].split("\n\n")[0].splitlines() == [
        "> Hello,",
        "> " + " ".join(["why"] * 17),
        "> " + " ".join(["why"] * 13),
        "> <b>Zoé</b>",
    ]
    assert "Votre numéro était mal recopié.\n\nLe Forum vous rembourse 15,50 €.\n" in letter.text
    assert letter.html is not None
    assert "Hello,<br>" in letter.html
    assert "&lt;b&gt;Zoé&lt;/b&gt;<br>" in letter.html


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_none_is_never_written_out(locale: str) -> None:
    """A new address without its link is the one letter whose keys may lack only together with others."""
    with pytest.raises(UnrenderableLetter, match="a value that is None"):
        render("email_change", locale, {**CONTEXT, "link": None})
    with pytest.raises(UnrenderableLetter, match="a value that is None"):
        render("email_change", locale, {**CONTEXT, "link_hours": None})


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
