"""A PostgreSQL database as it was before a test, emptied and filled anew: by a quarter of the work of another copy."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

TABLES = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
# Whatever changes the schema writes a row of one of these, or takes one away, and a setting of the database is one.
SCHEMA = f"""
    SELECT (SELECT count(*) || ':' || max(xmin::text::bigint) FROM pg_attribute WHERE attrelid IN ({TABLES})) || ' ' ||
      (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace) || ' ' ||
      (SELECT count(*) FROM pg_namespace) || ' ' ||
      (SELECT count(*) FROM pg_statistic WHERE starelid IN ({TABLES})) || ' ' ||
      (SELECT coalesce(max(xmin::text::bigint), 0) FROM pg_attrdef WHERE adrelid IN ({TABLES})) || ' ' ||
      (SELECT count(*) || ':' || max(xmin::text::bigint) FROM pg_constraint WHERE conrelid IN ({TABLES})) || ' ' ||
      (SELECT count(*) || ':' || max(xmin::text::bigint) FROM pg_trigger WHERE tgrelid IN ({TABLES})) || ' ' ||
      (SELECT count(*) || ':' || coalesce(max(xmin::text::bigint), 0) FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace) || ' ' ||
      (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
         WHERE d.datname = current_database())
"""
OTHERS = """
    SELECT count(*) FROM pg_stat_get_activity(NULL) AS other JOIN pg_database d ON d.oid = other.datid
    WHERE d.datname = current_database() AND other.pid <> pg_backend_pid() AND other.backend_type = 'client backend'
"""
WRITTEN = f"SELECT oid::regclass::text FROM pg_class WHERE oid IN ({TABLES}) AND pg_relation_size(oid) > 0"
SIZES = "SELECT oid, relpages, reltuples FROM pg_class WHERE relnamespace = 'public'::regnamespace"
SEQUENCES = "SELECT schemaname, sequencename, start_value, last_value FROM pg_sequences"
# The planner goes by what the last VACUUM has counted.
FORGET_SIZES = """
    UPDATE pg_class SET relpages = first.pages, reltuples = first.rows FROM (VALUES {sizes}) AS first (id, pages, rows)
    WHERE oid = first.id AND (relpages, reltuples) IS DISTINCT FROM (first.pages, first.rows::real)
"""
# no trigger keeps rows that may not be deleted, nor looks for those that refer to others
FREELY = "SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '10s'"
LEAVING = 100
"""Times to look whether those who have hung up are gone."""


@dataclass(frozen=True)
class Beginning:
    """What a database holds before anybody has used it."""

    schema: str
    refill: str
    """The statements that bring the first rows back into empty tables, the sequences and sizes to what they were."""


async def beginning_of(url: str) -> Beginning:
    """Read it off a fresh database."""
    connection = await asyncpg.connect(url)
    try:
        statements = ["BEGIN", FREELY]
        for table in await _column(connection, WRITTEN):
            rows = await connection.fetchval(f"SELECT json_agg(t) FROM {table} t")
            if rows is not None:
                statements.append(
                    f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $j${rows}$j$)"
                )
        for schema, name, start, last in await connection.fetch(SEQUENCES):
            to = f"{start}, false" if last is None else f"{last}, true"
            statements.append(f"""SELECT setval('"{schema}"."{name}"', {to})""")
        sizes = ", ".join(f"({oid}, {pages}, {rows:g})" for oid, pages, rows in await connection.fetch(SIZES))
        statements.append(FORGET_SIZES.format(sizes=sizes))
        statements.append("COMMIT")
        return Beginning(await connection.fetchval(SCHEMA), ";\n".join(statements))
    finally:
        await connection.close()


async def reset(url: str, beginning: Beginning) -> bool:
    """Bring a database back to its beginning. False where that cannot be: its schema is another, or somebody is in it.

    Raises what the driver does where the database is gone, or does not let itself be emptied.
    """
    connection = await asyncpg.connect(url)
    try:
        for _ in range(LEAVING):
            if not await connection.fetchval(OTHERS):
                break
            await asyncio.sleep(0.02)
        else:
            return False
        if await connection.fetchval(SCHEMA) != beginning.schema:
            return False
        written = await _column(connection, WRITTEN)
        await connection.execute("; ".join(["BEGIN", FREELY, *(f"DELETE FROM {table}" for table in written), "COMMIT"]))
        # the next rows stand in the order in which they are written, as in a table that was never used
        await connection.execute(f"VACUUM (TRUNCATE) {', '.join(written)}")
        await connection.execute(beginning.refill)
        return True
    finally:
        await connection.close()


async def _column(connection: Any, query: str) -> Sequence[str]:
    return [row[0] for row in await connection.fetch(query)]
