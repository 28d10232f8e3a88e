"""`capcom letters`: any letter about invented facts, on the screen."""

import json

import pytest

from capcom_gql.notifiers.samples import SAMPLES
from tests.cli.installations import Installation

OVERLAY = """
from pathlib import Path
from capcom_gql.plugin import hookimpl

@hookimpl
def capcom_template_dirs():
    return [Path(__file__).parent]
"""


def with_templates(installation: Installation, **templates: str) -> Installation:
    """The installation with a plugin that lays French templates over ours."""
    package = installation.folder / "plugins" / "house_style"
    (package / "fr").mkdir(parents=True)
    (package / "__init__.py").write_text(OVERLAY, encoding="utf-8")
    for topic, source in templates.items():
        (package / "fr" / f"{topic}.jinja").write_text(source, encoding="utf-8")
    return installation.having(PLUGINS_DIR=str(package.parent))


def test_the_letters_are_listed_and_no_database_is_made(bare_installation: Installation) -> None:
    listed = [line.split("\t") for line in bare_installation.run("letters").out.splitlines()]
    assert listed[0] == ["topic", "form", "when"]
    assert [(topic, form) for topic, form, _ in listed[1:]] == [
        (topic, form.name) for topic, forms in SAMPLES.items() for form in forms
    ]
    as_json = json.loads(bare_installation.run("letters", "--json").out)
    assert [list(row.values()) for row in as_json] == listed[1:]
    assert not bare_installation.data_dir.exists()


def test_a_letter_is_printed_with_its_subject(bare_installation: Installation) -> None:
    printed = bare_installation.run("letters", "proof_reminder", "--locale", "en")
    lines = printed.out.splitlines()
    assert lines[0].startswith("To confirm by 9 December 2026: ")
    assert lines[1:3] == ["", "Dear Zoé N'Guyên,"]
    assert "as a text message, 1" in printed.err
    assert "Bonjour" in bare_installation.run("letters", "proof_reminder").out


def test_a_form_its_html_and_all_of_it_as_json(bare_installation: Installation) -> None:
    assert bare_installation.run("letters", "welcome", "--html").out.startswith('<!doctype html>\n<html lang="fr">')
    told = json.loads(bare_installation.run("letters", "cancelled", "--form", "ahead-user", "--json").out)
    assert list(told) == ["topic", "form", "locale", "subject", "text", "html", "short"]
    assert (told["form"], told["locale"], told["short"]) == ("ahead-user", "fr", None)


def test_the_templates_of_plugins_are_those_printed(bare_installation: Installation) -> None:
    ours = with_templates(
        bare_installation,
        declined="Dommage",
        expired="{{ secret_key }}",
    )
    assert ours.run("letters", "declined").out == "Dommage\n\nDommage\n"
    wrong = ours.run("letters", "expired", status=1).err
    assert "The letter cannot be written: expired (fr): UndefinedError: 'secret_key' is undefined" in wrong


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["greeting"], 1, "there is no letter 'greeting'; there are welcome, password_link"),
        (["welcome", "--form", "x"], 1, "welcome has no form 'x'; it has manager, manager-confirmed"),
        (["staff_notice", "--html"], 1, "staff_notice has no HTML: it is plain text"),
        (["welcome", "--locale", "de"], 2, "'de' is not one of 'fr', 'en'"),
    ],
)
def test_what_is_not_there_is_told(
    bare_installation: Installation, arguments: list[str], status: int, words: str
) -> None:
    assert words in " ".join(bare_installation.run("letters", *arguments, status=status).err.split())
