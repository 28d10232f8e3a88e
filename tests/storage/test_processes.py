"""Several processes on one database: none fails, nothing is done twice, nothing is lost (both engines)."""

from typing import Any

from capcom_gql.storage.engine.database import is_postgres, migrate, open_database, rows
from capcom_gql.storage.tables import Installation, Plan, TermsOfUse
from tests.storage.child import TIMES, all_at_once, bring_up_to_date, count_up

SQLITE_SCHEMA = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
POSTGRES_SCHEMA = """
    SELECT table_name || '.' || column_name AS name, data_type || is_nullable || coalesce(collation_name, '') AS sql
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY name, sql
"""


async def schema_of(url: str) -> list[dict[str, Any]]:
    """Everything that the database is made of."""
    async with open_database(url):
        return await rows(POSTGRES_SCHEMA if is_postgres() else SQLITE_SCHEMA)


async def test_two_processes_that_read_and_then_write(database_url: str) -> None:
    assert all_at_once(2, count_up, database_url) == [0, 0]
    async with open_database(database_url):
        assert (await Installation.get(id=1)).clock_offset_us == 2 * TIMES


async def test_four_processes_that_migrate_at_once(blank_database_url: str, database_url: str) -> None:
    assert all_at_once(4, bring_up_to_date, blank_database_url) == [0, 0, 0, 0]
    assert await schema_of(blank_database_url) == await schema_of(database_url)
    async with open_database(blank_database_url):
        assert (await Plan.all().count(), await TermsOfUse.all().count()) == (3, 1)


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    before = await schema_of(database_url)
    await migrate(database_url)
    assert await schema_of(database_url) == before
    async with open_database(database_url):
        assert await Plan.all().count() == 3
