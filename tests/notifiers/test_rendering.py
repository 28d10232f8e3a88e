"""Every letter, in both languages: complete, in the language's own words, and proof against what names contain."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, combinations, product
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from capcom_gql.notifiers import language
from capcom_gql.notifiers.language import LOCALES
from capcom_gql.notifiers.layout import GSM_7, WIDTH
from capcom_gql.notifiers.rendering import TEMPLATES, UnrenderableLetter, render
from capcom_gql.notifiers.topics import TOPICS
from tests.notifiers.letters import CONTEXT, page_of, words_of

LETTERS = [(topic, locale) for topic in TOPICS for locale in LOCALES]
WITH_HTML = [(topic, locale) for topic, locale in LETTERS if TOPICS[topic].has_html]
NEEDS = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.needs)]
MAY_LACK = [(topic, key) for topic, declared in TOPICS.items() for key in sorted(declared.may_lack)]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def with_person(**names: str) -> dict[str, object]:
    person = {"given_name": "Zoé", "family_name": "N'Guyên", "email": "zoe@ville.example", **names}
    return {**CONTEXT, "person": person}


CHOICES: dict[str, tuple[object, ...]] = {
    "is_manager": (True, False),
    "is_over": (True, False),
    "is_old": (True, False),
    "is_done": (True, False),
    "reason": ("UNPAID", "WITHDRAWN", "BY_STAFF"),
    "reminder_number": (1, 2, 3),
    "days_left": (0, 1, 7),
}


def told(topic: str) -> Iterator[dict[str, object]]:
    """Everything that a letter may be told: each choice, with and without each key that may lack."""
    chosen = [key for key in CHOICES if key in TOPICS[topic].needs]
    lacking = sorted(TOPICS[topic].may_lack)
    subsets = [*chain.from_iterable(combinations(lacking, size) for size in range(len(lacking) + 1))]
    for values in product(*(CHOICES[key] for key in chosen)):
        choice = dict(zip(chosen, values, strict=True))
        for without in subsets:
            # the new address is sent a link, or told that all is done
            if topic != "email_change" or not without or choice["is_old"] or choice["is_done"]:
                yield {**CONTEXT, **choice, **dict.fromkeys(without)}


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
def test_every_letter_can_be_written_and_its_html_says_what_its_text_says(topic: str, locale: str) -> None:
    for context in told(topic):
        letter = render(topic, locale, context)
        assert letter.subject == letter.subject.strip()
        for line in (letter.subject, letter.short or ""):
            assert not CONTROL.search(line)
        for form in (letter.subject, letter.text, letter.html or "", letter.short or ""):
            assert "None" not in form
            assert "{" not in form
            assert "}" not in form
        for line in letter.text.splitlines():
            assert len(line) <= WIDTH or line.startswith("    http")
            assert line == line.rstrip()
        assert "\n\n\n" not in letter.text
        assert letter.text.endswith("\n")
        if letter.html is None:
            continue
        page = page_of(letter)
        assert page.open == []
        assert page.lang == locale
        assert not {"img", "script", "link", "iframe"} & set(page.tags)
        spoken = [word for word in letter.text.casefold().split() if word != ">"]
        shown = page.text.casefold().split()
        assert [word.strip(".,") for word in shown if word.strip(".,")] == [word.strip(".,") for word in spoken]


SHORT = {"proof_reminder", "cancelled", "renewal_reminder"}


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
def test_letters_that_go_by_phone_have_a_text_that_fits_in_one_message(topic: str, locale: str) -> None:
    for context in told(topic):
        short = render(topic, locale, {**context, "organisation_name": "Communauté de communes Cœur d'Ô 😀"}).short
        to_manager = bool(context["is_manager"]) or topic == "proof_reminder"
        is_third = topic != "renewal_reminder" or context["reminder_number"] == 3
        if topic not in SHORT or not to_manager or not is_third:
            assert short is None
            continue
        assert short is not None
        assert short.startswith("Cap'Com Plus, Communauté de communes Coeur d'O 😀")
        assert set(short) - GSM_7 == {"😀"}
        longest = render(topic, locale, {**context, "organisation_name": "Ç" * 300}).short
        assert longest is not None
        assert "Ç" * 37 + "..." in longest
        assert len(longest) <= 160


def test_our_own_words_in_text_messages_need_no_plainer_form() -> None:
    blocks = 0
    for locale, topic in product(LOCALES, SHORT):
        source = (TEMPLATES / locale / f"{topic}.jinja").read_text(encoding="utf-8")
        (block,) = re.findall(r"{% block short %}(.*?){% endblock %}", source, re.DOTALL)
        assert set(re.sub(r"{[{%].*?[%}]}", "", block)) - {"\n", "\u202f"} <= GSM_7
        blocks += 1
    assert blocks == 2 * len(SHORT)


def test_a_text_message_says_what_and_until_when() -> None:
    third = render("renewal_reminder", "fr", CONTEXT).short
    assert third == (
        "Cap'Com Plus, Ville d'Évreux : abonnement à renouveler avant la fin du 23/11/2027, sinon il prend fin. "
        "Lien dans notre courriel."
    )
    assert "9 Dec 2026" in str(render("proof_reminder", "en", CONTEXT).short)
    fallen = {**CONTEXT, "running_ends_on": None, "renew_url": None}
    assert "annulé le 10/12/2026" in str(render("cancelled", "fr", fallen).short)
    assert "the current one runs until 23 Nov 2026" in str(render("cancelled", "en", CONTEXT).short)


def test_what_staff_are_sent_is_plain_text() -> None:
    assert {topic for topic, declared in TOPICS.items() if not declared.has_html} == {"staff_notice", "support_opened"}
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
def test_the_table_names_exactly_what_the_templates_use(locale: str) -> None:
    environment = Environment()
    environment.filters.update(
        {name: vars(language)[name] for name in ("long_date", "short_date", "services", "discounts")}
    )

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


@pytest.mark.parametrize(("topic", "locale"), WITH_HTML)
def test_what_people_write_is_text_and_nothing_else(topic: str, locale: str) -> None:
    written = dict.fromkeys(("organisation_name", "manager_name", "plan_name", "question", "answer"), ATTACK)
    letter = render(topic, locale, {**with_person(family_name=ATTACK), **written})
    page = page_of(letter)
    assert not {"script", "img"} & set(page.tags)
    told = (TOPICS[topic].needs | TOPICS[topic].may_lack) & (written.keys() | {"person"})
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
    with pytest.raises(UnrenderableLetter, match="None here"):
        render("email_change", locale, {**CONTEXT, "link": None})
    with pytest.raises(UnrenderableLetter, match="None here"):
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
