"""A database of the version before the year, with what that version wrote in it, brought up to this one (both engines).

`before_the_year.sql` holds the rows as that version left them; the schema is that of its migrations.
"""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.migrations.api import migrate as run_migrations

from capcom_gql.storage.engine.database import config_of, migrate, open_database, rows
from tests.storage.child import all_at_once, bring_up_to_date
from tests.storage.test_processes import schema_of
from tests.story import VIEW
from tests.world import World, world_on

LAST_OF_THEN = "capcom.0003_first_data"
ROWS = (Path(__file__).parent / "before_the_year.sql").read_text(encoding="utf-8")
TABLES = ("person", "organisation", "subscription", "term", "seat", "redemption", "event", "note", "delivery")
COUNTS = {name: ROWS.count(f"INSERT INTO {name} (") for name in TABLES} | {"note": 5}

RENEW = """
mutation R($input: RenewInput!) {
  renew(input: $input) { term { state startsOn } errors { code } }
}
"""


async def run_script(url: str, script: str) -> None:
    """Run plain SQL, past everything of ours."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(script)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


@pytest.fixture
async def old_url(blank_database_url: str) -> str:
    """The database of the version before the year, as it was when that version stopped."""
    try:
        await run_migrations(config=config_of(blank_database_url), target=LAST_OF_THEN)
    finally:
        await Tortoise.close_connections()
    await run_script(blank_database_url, ROWS)
    return blank_database_url


@pytest.fixture
async def upgraded(old_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """This version at work on that database, on the morning after."""
    await migrate(old_url)
    async with world_on(old_url, tmp_path / "data") as world:
        await world.on(date(2027, 3, 15))
        yield world


async def subscription_of(world: World, name: str) -> dict[str, Any]:
    """The subscription of an organisation as staff see it."""
    found = await rows(
        "SELECT s.id FROM subscription s JOIN organisation o ON o.id = s.organisation_id WHERE o.name = $1", [name]
    )
    answer = await world.ask(VIEW, {"id": found[0]["id"]}, token=await world.staff())
    return {"id": found[0]["id"], **answer.ok()["node"]}


async def test_three_processes_migrate_once_and_nothing_is_lost(old_url: str, database_url: str) -> None:
    before = await schema_of(old_url)
    assert all_at_once(3, bring_up_to_date, old_url) == [0, 0, 0]
    assert before != await schema_of(old_url) == await schema_of(database_url)
    async with open_database(old_url):
        counted = {name: (await rows(f"SELECT count(*) AS n FROM {name}"))[0]["n"] for name in TABLES}
        done = await rows("SELECT name FROM tortoise_migrations ORDER BY id")
        assert (await rows("SELECT count(*) AS n FROM term WHERE reminders_sent <> 0"))[0]["n"] == 0
    assert counted == COUNTS
    names = [row["name"] for row in done]
    assert names == sorted(set(names)) and len(names) > 3


@pytest.mark.rule("R9")
async def test_what_was_begun_goes_on(upgraded: World) -> None:
    states = {}
    for name in ("Ville d'Aubry", "Métropole de Bourg", "Pays de Caux", "Ville d'Ervy", "Communauté de Die"):
        view = await subscription_of(upgraded, name)
        states[name] = [view["state"], *(term["state"] for term in view["terms"])]
        assert len(view["timeline"]["nodes"]) >= 2
    assert states == {
        "Ville d'Aubry": ["EXPIRED", "ENDED"],
        "Métropole de Bourg": ["CONFIRMED", "CONFIRMED"],
        "Pays de Caux": ["CANCELLED", "CANCELLED"],
        "Ville d'Ervy": ["CANCELLED", "CANCELLED"],
        "Communauté de Die": ["PROVISIONAL", "PROVISIONAL"],
    }

    # what waited goes once, what was sent does not go again
    for _ in range(2):
        await upgraded.tick()
    assert sorted((letter.to, letter.topic) for letter in upgraded.letters()) == [
        ("pia@ville.example", "welcome"),
        ("quin@ville.example", "welcome"),
    ]
    assert [row["state"] for row in await rows("SELECT DISTINCT state FROM delivery")] == ["SENT"]
    await upgraded.on(date(2027, 3, 30))
    await upgraded.tick()
    assert (await subscription_of(upgraded, "Communauté de Die"))["state"] == "CANCELLED"
    assert len(upgraded.letters_to("pia", "cancelled")) == 1


@pytest.mark.rule("R13")
async def test_a_year_begun_before_is_renewed_in_time(upgraded: World) -> None:
    """The version before knew no notice, and had written the end down as the next date."""
    await upgraded.on(date(2027, 4, 30), time(9))
    await upgraded.tick()
    assert len(upgraded.letters_to("cleo", "renewal_notice")) == 1
    bourg = await subscription_of(upgraded, "Métropole de Bourg")
    form = {"subscriptionId": bourg["id"], "idempotencyKey": upgraded.fresh_key(), "acceptedTermsVersion": "1"}
    answer = await upgraded.ask(RENEW, {"input": form}, token=await upgraded.staff())
    assert answer.done("renew")["term"] == {"state": "UPCOMING", "startsOn": "2027-06-01"}
    assert (await upgraded.record_proof(bourg["id"]))["errors"] == []
    await upgraded.on(date(2027, 6, 1), time(9))
    await upgraded.tick()
    assert [term["state"] for term in (await subscription_of(upgraded, "Métropole de Bourg"))["terms"]] == [
        "ENDED",
        "CONFIRMED",
    ]
