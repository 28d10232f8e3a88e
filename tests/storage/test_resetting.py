"""A PostgreSQL database that a test has used is given to the next one only as a fresh copy would be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from capcom_gql.forms import OrganisationForm
from capcom_gql.storage.engine.database import open_database
from tests import resetting
from tests.databases import PostgresSource
from tests.resetting import beginning_of, reset
from tests.services.house import FIRST_DAY, House, on

ALL = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@pytest.fixture
def copy(postgres_databases: PostgresSource, tmp_path: Path) -> Iterator[str]:
    """A copy of the template, dropped after the test."""
    with postgres_databases.fresh() as url:
        yield url


async def contents(url: str) -> dict[str, Any]:
    """Every row of every table, as it stands there, where the sequences are, and what the planner goes by."""
    connection = await asyncpg.connect(url)
    try:
        tables = [row["tablename"] for row in await connection.fetch(ALL)]
        held = {name: await connection.fetchval(f'SELECT json_agg(t) FROM "{name}" t') for name in tables}
        for what, query in (("sequences", resetting.SEQUENCES), ("sizes", f"{resetting.SIZES} ORDER BY oid")):
            held[what] = [tuple(row) for row in await connection.fetch(query)]
        return held
    finally:
        await connection.close()


async def used(url: str, folder: Path) -> None:
    """What tests do: an organisation signs up, its letters are sent, plans are changed, the clock is moved."""
    house = House(url, folder)
    house.channel("post")
    async with open_database(url):
        await on(FIRST_DAY)
        service = await house.start()
        opened = await service.subscribe("ana", "bob", organisation=OrganisationForm("Ville d'Aubry"))
        await service.record_proof(opened.subscription_id)
        await service.tick()
        house.close()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE plan SET price_minor = price_minor + 1 WHERE code = 'EQUIPE'")
        await connection.execute("DELETE FROM termsofuse")
    finally:
        await connection.close()


async def test_nothing_of_the_last_test_is_left(copy: str, tmp_path: Path) -> None:
    before, beginning = await contents(copy), await beginning_of(copy)
    for turn in range(2):
        folder = tmp_path / str(turn)
        folder.mkdir()
        await used(copy, folder)
        between = await contents(copy)
        assert len([name for name in before if between[name] != before[name]]) >= 10, "there was much to take away"
        assert await reset(copy, beginning)
        assert await contents(copy) == before


async def executed(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id int)",
        "ALTER TABLE person ADD COLUMN more int",
        "ALTER TABLE person ALTER COLUMN family_name SET DEFAULT 'x'",
        "ALTER TABLE person ALTER COLUMN family_name DROP NOT NULL",
        "ALTER TABLE person ADD CONSTRAINT more CHECK (family_name <> '')",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "CREATE INDEX more ON person (family_name)",
        "CREATE SCHEMA more",
        "ANALYZE plan",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_sort = off', current_database()); END $$",
    ],
)
async def test_one_with_another_schema_is_not_used_again(copy: str, statement: str) -> None:
    beginning = await beginning_of(copy)
    assert await reset(copy, beginning)
    await executed(copy, statement)
    assert not await reset(copy, beginning)


async def test_one_in_which_somebody_still_is_is_not_used_again(copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was left running could write into the next test."""
    beginning = await beginning_of(copy)
    monkeypatch.setattr(resetting, "LEAVING", 3)
    other = await asyncpg.connect(copy)
    assert not await reset(copy, beginning)
    await other.close()
    assert await reset(copy, beginning)
