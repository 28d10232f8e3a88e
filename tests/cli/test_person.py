"""What is kept about one person, told and erased without the API."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.installations import Done, Installation, migrated
from tests.databases import SqliteSource
from tests.patience import LONG

ANA, BOB = "ana@ville.example", "bob@ville.example"
REASON = ("--reason", "asked for in writing, file 2027-12")


@pytest.fixture(scope="module")
def signed_up(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteSource) -> Installation:
    """An installation with an organisation: Ana is its manager, Bob a user, both have had their letters."""
    installation = migrated(tmp_path_factory.mktemp("town"), sqlite_databases)
    with installation.server() as serving:
        serving.sign_up("ana", "bob")
    installation.run("tick", "--until-idle")
    return installation


@pytest.fixture
def town(signed_up: Installation, tmp_path: Path) -> Installation:
    """A copy of it for each test."""
    return signed_up.copied(tmp_path)


def answering(installation: Installation, answer: str, *arguments: str) -> Done:
    """Run a command that asks, with somebody who answers."""
    ended = subprocess.run(
        [sys.executable, "-m", "capcom_gql", *arguments],
        cwd=installation.folder,
        env=installation.env,
        input=answer,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Done(ended.returncode, ended.stdout, ended.stderr)


def emails(installation: Installation) -> set[str]:
    """The addresses of all accounts, as the database keeps them."""
    with closing(sqlite3.connect(installation.data_dir / "capcom.sqlite3")) as database:
        return {str(email) for (email,) in database.execute("SELECT email FROM person")}


def test_everything_about_a_person_is_printed_as_json_and_nothing_else(town: Installation) -> None:
    printed = town.run("person", "export", BOB)
    told = json.loads(printed.out)
    assert (told["person"]["email"], told["person"]["isStaff"]) == (BOB, False)
    assert [seat["subscriberNumber"][:3] for seat in told["seats"]] == ["CP "]
    assert [(each["topic"], each["state"]) for each in told["deliveries"]] == [("welcome", "SENT")]
    assert printed.err == ""
    for same in (("BOB@Ville.Example",), (told["person"]["id"],), (BOB, "--json")):
        assert json.loads(town.run("person", "export", *same).out) == told


def test_erased_after_a_yes(town: Installation) -> None:
    for answer in ("n\n", "\n", ""):
        refused = answering(town, answer, "person", "erase", BOB, *REASON)
        assert refused.status == 1 and refused.out == ""
        assert f"Erase bob Silva <{BOB}>?" in refused.err and "Nothing was erased." in refused.err
        assert emails(town) == {ANA, BOB}
    done = answering(town, "y\n", "person", "erase", BOB, *REASON)
    assert (done.status, done.out) == (0, "")
    (left,) = emails(town) - {ANA}
    assert left.startswith("erased-person_") and f"erased {left.removeprefix('erased-').removesuffix('@invalid')}" in (
        done.err
    )


def test_erased_without_a_question_and_only_once(town: Installation) -> None:
    told = json.loads(town.run("person", "export", BOB).out)
    done = town.run("person", "erase", told["person"]["id"], "--yes", *REASON)
    assert done.out == "" and "?" not in done.err
    after = json.loads(town.run("person", "export", told["person"]["id"]).out)
    assert (after["person"]["givenName"], after["person"]["hasPassword"]) == ("", False)
    assert after["seats"][0]["removedAt"] is not None
    assert [(note["writtenByThem"], note["text"]) for note in after["notes"]] == [(False, REASON[1])]
    (erased,) = [event for event in after["events"] if event["kind"] == "person.erased"]
    assert erased["actor"] == "SYSTEM"
    again = town.run("person", "erase", told["person"]["id"], "--yes", *REASON, status=1)
    assert "already erased" in again.err
    for command in (("person", "export", BOB), ("person", "erase", BOB, "--yes", *REASON)):
        assert f"Nobody has the address or the id '{BOB}'" in town.run(*command, status=1).err


def test_the_manager_is_not_erased_and_a_reason_is_wanted(town: Installation) -> None:
    refused = town.run("person", "erase", ANA, "--yes", *REASON, status=1)
    assert "personId: This person is the manager of a live subscription." in refused.err
    assert "reason: This must not be blank." in town.run("person", "erase", BOB, "-y", "--reason", " ", status=1).err
    assert "--reason" in town.run("person", "erase", BOB, "--yes", status=2).err
    assert emails(town) == {ANA, BOB}


def test_letters_that_come_due_with_an_erasure_find_their_channel(town: Installation) -> None:
    """What the calendar records on the way is for others too: it must not wait for a channel that is there."""
    town.run("clock", "advance", "20d")
    town.run("person", "erase", BOB, "--yes", *REASON)
    told = json.loads(town.run("person", "export", ANA).out)
    due = [(each["topic"], each["channel"], each["state"]) for each in told["deliveries"]]
    assert due == [("welcome", "mailbox", "SENT"), ("cancelled", "mailbox", "PENDING")]


def test_help_gives_an_example_of_each(installation: Installation) -> None:
    for command in ("export", "erase"):
        assert f"Example: capcom person {command} " in " ".join(
            installation.run("person", command, "--help").out.split()
        )
