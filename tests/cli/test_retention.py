"""What is past its time, told and let go without the API."""

import json
import sqlite3
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.cli.installations import Installation, migrated
from tests.databases import SqliteSource

REASON = ("--reason", "asked for in writing, file 2027-12")


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteSource) -> Installation:
    """An installation with an organisation whose users have had their letters, four years ago."""
    installation = migrated(tmp_path_factory.mktemp("town"), sqlite_databases)
    with installation.server() as serving:
        serving.sign_up("ana", "bob")
    installation.run("tick", "--until-idle")
    installation.run("clock", "advance", "1500d")
    installation.run("tick", "--until-idle")
    return installation


@pytest.fixture
def town(aged: Installation, tmp_path: Path) -> Installation:
    """A copy of it for each test."""
    return aged.copied(tmp_path)


def told(installation: Installation, *arguments: str) -> dict[str, Any]:
    """What the command says as JSON, the counts by kind."""
    said: dict[str, Any] = json.loads(installation.run("retention", "--json", *arguments).out)
    return {**said, "kinds": {each["kind"]: each["count"] for each in said["kinds"] if each["count"]}}


def people(installation: Installation) -> set[str]:
    """The addresses of all accounts, as the database keeps them."""
    with closing(sqlite3.connect(installation.data_dir / "capcom.sqlite3")) as database:
        return {str(email) for (email,) in database.execute("SELECT email FROM person")}


def test_told_first_and_then_let_go_once(town: Installation) -> None:
    before, found = people(town), told(town, "--dry-run")
    assert told(town, "--dry-run") == found
    assert found["applied"] is False and len(found["personIds"]) == found["kinds"]["persons"] == len(before) == 2
    assert people(town) == before
    done = told(town)
    assert done["applied"] is True and done["personIds"] == found["personIds"] and done["kept"] == {}
    assert all(email.startswith("erased-") for email in people(town))
    assert not list((town.data_dir / "mailbox").glob("*.eml")), "mails to nobody"
    again = told(town)
    assert (again["kinds"], again["personIds"]) == ({}, [])


def test_a_table_that_says_why(town: Installation) -> None:
    done = town.run("retention", "--dry-run")
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert lines[0] == ["kind", "would go", "why"] and all(len(line) == 3 and line[2] for line in lines)
    assert ["persons", "2"] in [line[:2] for line in lines]
    assert "no seat for 3 years" in done.out and "without --dry-run it is deleted" in done.err
    longer = town.having(KEEP_PERSONS_YEARS="4", KEEP_LETTERS_MONTHS="120")
    kinds = told(longer, "--dry-run")["kinds"]
    assert "persons" not in kinds and "letters" not in kinds
    assert "CAPCOM_KEEP_PERSONS_YEARS=0" in town.having(KEEP_PERSONS_YEARS="0").run("retention", status=1).err


def test_a_person_who_is_erased_leaves_the_mailbox(installation: Installation) -> None:
    with installation.server() as serving:
        serving.sign_up("ana", "bob")
    installation.run("tick", "--until-idle")
    mailbox = installation.data_dir / "mailbox"
    assert len(list(mailbox.glob("*.eml"))) == 2
    quoting = EmailMessage()
    quoting["To"], quoting["Subject"] = "support@capcom.example", "Demande d’assistance : Bôb Sìlva"
    quoting.set_content("Où est mon accès ?")
    (mailbox / "20270301T000000Z-other.eml").write_bytes(quoting.as_bytes())
    installation.run("person", "erase", "bob@ville.example", "--yes", *REASON)
    (left,) = mailbox.glob("*.eml")
    assert "ana@ville.example" in left.read_text(encoding="utf-8")


def test_help_gives_an_example(installation: Installation) -> None:
    assert "Example: capcom retention --dry-run" in " ".join(installation.run("retention", "--help").out.split())
