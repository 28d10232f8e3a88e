"""A third language is one new folder: copied, half translated, and spoken at every door with no other change."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.processes import outside

ROOT = Path(__file__).parents[2]
SPOKEN = Path(__file__).parent / "spoken.py"

TRANSLATED = {
    "language.toml": {'cldr = "en_GB"': 'cldr = "it"', 'short_day = "d MMM y"': 'short_day = "dd/MM/y"'},
    "refusals.toml": {
        'no_users = "Give at least one user."': 'no_users = "Indicare almeno un utente."',
        "This term was cancelled: its proof was due by the end of {due_on}.": "Attesa fino al {due_on}.",
    },
    "answers.toml": {"The discount is granted.": "Lo sconto è concesso."},
    "events.toml": {"Subscription ended on {ends_on}.": "Abbonamento concluso il {ends_on}."},
    "letters.toml": {"{size} off meetings": "{size} sulle riunioni"},
    "letters/welcome.jinja": {"Your subscriber number": "Il suo numero di abbonato"},
    "spreadsheet.toml": {'yes = ["yes"': 'yes = ["sì", "yes"'},
    "pages/login.toml": {'title = "Sign in"': 'title = "Accesso"'},
}
"""In each file of the new folder, what takes the place of the English."""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the product with one more folder says, in a process of its own."""
    place = tmp_path_factory.mktemp("third")
    shutil.copytree(ROOT / "capcom_gql", place / "capcom_gql", ignore=shutil.ignore_patterns("__pycache__"))
    languages = place / "capcom_gql" / "languages"
    shutil.copytree(languages / "en", languages / "it")
    for name, changes in TRANSLATED.items():
        path = languages / "it" / name
        text = path.read_text(encoding="utf-8")
        for english, italian in changes.items():
            assert text.count(english) >= 1, (name, english)
            text = text.replace(english, italian)
        path.write_text(re.sub(r"^short_months = .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    kept = outside()
    done = subprocess.run(
        [sys.executable, SPOKEN],
        cwd=place,
        env={
            **kept,
            "PYTHONPATH": str(place),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CAPCOM_DATA_DIR": str(place / "data"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    assert found.pop("product") == str(place / "capcom_gql" / "__init__.py")
    return found


def test_it_is_found(spoken: dict[str, Any]) -> None:
    assert spoken["languages"] == ["fr", "en", "it"]


def test_a_refusal_an_answer_and_an_event_are_said_in_it(spoken: dict[str, Any]) -> None:
    assert spoken["refusal"] == "Indicare almeno un utente."
    assert spoken["dated refusal"].startswith("Attesa fino al 1 marzo 2027.")
    assert spoken["answer"] == "Lo sconto è concesso."
    assert spoken["event"] == "Abbonamento concluso il 28 febbraio 2028."


def test_a_letter_is_written_in_it(spoken: dict[str, Any]) -> None:
    text = " ".join(spoken["letter"].split())
    assert "IL SUO NUMERO DI ABBONATO" in text
    assert "15,50 EUR sulle riunioni e 10% off the Forum" in text
    assert "9 DICEMBRE 2026" in text
    assert "from 24 novembre 2026" in text, "days are of the language even where a sentence is not translated"


def test_a_page_speaks_it_and_its_scripts_write_as_it_does(spoken: dict[str, Any]) -> None:
    assert '<html lang="it">' in spoken["page"] and "<h1>Accesso</h1>" in spoken["page"]
    assert '{"tag": "it", "firstOfMonth": "", "digits": null}' in spoken["page"]


def test_people_may_choose_it_and_are_told_of_it(spoken: dict[str, Any]) -> None:
    assert spoken["language of a form"] == "it"
    assert spoken["languages in a refusal"] == "“de” is not a language of the service. Give fr, en o it."
    assert spoken["languages in the schema"] == ["fr or en or it"]


def test_a_table_of_subscribers_may_be_filled_in_in_it(spoken: dict[str, Any]) -> None:
    assert spoken["words in a table"] == [True, "it", "it"]


def test_it_can_be_asked_for_at_every_door(spoken: dict[str, Any]) -> None:
    assert spoken["wanted of the API"] == "it"
    assert ">Italian</a>" in spoken["gallery"]
    assert "IL SUO NUMERO DI ABBONATO" in spoken["command"]
