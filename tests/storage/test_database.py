"""Opening, transactions and plain statements (both engines)."""

import asyncio
import socket
from datetime import date, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tortoise.exceptions import IntegrityError

from capcom_gql.storage.engine import database as db
from capcom_gql.storage.tables import Event, Person, TermsOfUse
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.storage.rows import NOON, an_event, write_person

ANA = "ana@ville.example"


async def test_a_clash_on_a_unique_key_asks_the_rules_anew(database: str) -> None:
    known = await write_person(ANA)
    tries = 0

    async def find_or_create() -> Person:
        nonlocal tries
        tries += 1
        await an_event(step_key="step").save(force_create=True)
        # the first time it has not seen the one who came before
        return await write_person(ANA) if tries == 1 else await Person.get(email_key=ANA)

    assert (await db.in_one_transaction(find_or_create)).id == known.id
    assert tries == 2
    # what the first try had written went with it
    assert await Event.all().count() == 1


async def test_many_at_once_on_one_key_are_all_answered(database: str) -> None:
    async def find_or_create() -> str:
        found = await Person.get_or_none(email_key=ANA) or await write_person(ANA)
        return found.id

    found = await asyncio.gather(*(db.in_one_transaction(find_or_create) for _ in range(8)))
    assert len(set(found)) == await Person.all().count() == 1


async def test_a_clash_that_lasts_is_told_in_the_end(database: str) -> None:
    await write_person(ANA)
    tries = 0

    async def create() -> None:
        nonlocal tries
        tries += 1
        await write_person(ANA)

    with pytest.raises(IntegrityError):
        await db.in_one_transaction(create)
    assert tries == db.TRIES


async def test_any_other_failure_is_not_tried_again_and_writes_nothing(database: str) -> None:
    tries = 0

    async def fail() -> None:
        nonlocal tries
        tries += 1
        await write_person()
        raise LookupError

    with pytest.raises(LookupError):
        await db.in_one_transaction(fail)
    assert tries == 1
    assert await Person.all().count() == 0


async def test_a_statement_takes_instants_of_any_zone_and_days(database: str) -> None:
    event = an_event(at=NOON)
    await event.save(force_create=True)
    sql = "SELECT id FROM event WHERE occurred_at = $1 AND $2 > '2026-12-08'"
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    if db.is_postgres():
        sql = sql.replace("$2", "$2::date")
    assert await db.rows(sql, [tokyo, date(2026, 12, 9)]) == [{"id": event.id}]
    assert await db.rows(sql, [tokyo, date(2026, 12, 8)]) == []


async def test_a_statement_takes_no_naive_instant(database: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await db.rows("SELECT id FROM event WHERE occurred_at = $1", [NOON.replace(tzinfo=None)])


@ONLY_POSTGRES
@pytest.mark.parametrize("wrong", ["port", "password", "name"])
async def test_a_server_that_cannot_be_had_is_said_clearly(database_url: str, wrong: str) -> None:
    parts = urlsplit(database_url)
    assert parts.port is not None and parts.password is not None
    right, other = {
        "port": (f":{parts.port}/", ":1/"),
        "password": (parts.password, "wrong"),
        "name": (parts.path, "/nowhere"),
    }[wrong]
    url = database_url.replace(right, other)
    with pytest.raises(db.DatabaseUnavailable, match="the database does not answer"):
        async with db.open_database(url):
            pytest.fail("it opened")
    with pytest.raises(db.DatabaseUnavailable, match="the database does not answer"):
        await db.migrate(url)


@ONLY_SQLITE
@pytest.mark.parametrize("what", ["a folder", "another file", "under a file"])
async def test_a_file_that_cannot_be_opened_is_said_clearly(database_url: str, tmp_path: Path, what: str) -> None:
    (tmp_path / "letter.txt").write_text("Bonjour, ceci est une lettre et non une base de données. " * 20)
    path = {
        "a folder": tmp_path,
        "another file": tmp_path / "letter.txt",
        "under a file": tmp_path / "letter.txt" / "capcom.db",
    }[what]
    with pytest.raises(db.DatabaseUnavailable, match="the database does not answer"):
        async with db.open_database(f"sqlite:///{path}"):
            pytest.fail("it opened")
    with pytest.raises(db.DatabaseUnavailable, match="the database does not answer"):
        await db.migrate(f"sqlite:///{path}")


async def test_a_database_is_opened_again_after_a_failure(database_url: str) -> None:
    with pytest.raises(LookupError):
        async with db.open_database(database_url):
            raise LookupError
    async with db.open_database(database_url):
        assert await TermsOfUse.all().count() == 1


async def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that takes connections and is silent, as behind a broken proxy."""
    monkeypatch.setattr(db, "CONNECTS_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://u:secret@127.0.0.1:{silent.getsockname()[1]}/capcom"
        for attempt in (db.migrate(url), db.open_database(url).__aenter__()):
            with pytest.raises(db.DatabaseUnavailable, match="no word within"):
                await attempt
