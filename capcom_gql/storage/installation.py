"""The database of an installation: its URL, whether it answers, and which migrations it has had."""

import asyncio
import pkgutil
import sqlite3
from urllib.parse import quote

import asyncpg
from tortoise.exceptions import BaseORMException, OperationalError

from capcom_gql.settings import Settings
from capcom_gql.storage import migrations
from capcom_gql.storage.engine.database import DatabaseUnavailable, rows

ANSWERS_WITHIN = 5.0
"""Seconds within which the database must answer `must_answer`."""


def database_url(settings: Settings) -> str:
    """The database's URL as `open_database` and `migrate` take it: `sqlite:///<path>` or `postgres://...`."""
    file = settings.sqlite_file
    return settings.database_url if file is None else f"sqlite:///{quote(str(file))}"


async def must_answer() -> None:
    """Run a trivial query on the open database. Raises DatabaseUnavailable without an answer within 5 seconds."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await rows("SELECT 1")
    except (
        OSError,
        BaseORMException,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        # raised by the driver for a connection that was cut while in use
        asyncpg.InternalClientError,
        sqlite3.Error,
    ) as error:
        raise DatabaseUnavailable(f"the database does not answer: {error}") from error


async def missing_migrations() -> list[str]:
    """The names of this version's migrations that the open database still needs, in order.

    Raises DatabaseUnavailable.
    """
    wanted = _of_this_version()
    try:
        done = await _done()
    except OperationalError:
        # either nothing was ever migrated, or the database does not answer
        await must_answer()
        return wanted
    return [name for name in wanted if name not in done]


async def later_migrations() -> list[str]:
    """The names of migrations of a later version that the open database has had, in order.

    This version cannot use such a database, and migrations are not reversible. Raises OperationalError where the
    database was never migrated.
    """
    return sorted(await _done() - set(_of_this_version()))


def _of_this_version() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(migrations.__path__))


async def _done() -> set[str]:
    return {row["name"] for row in await rows("SELECT name FROM tortoise_migrations WHERE app = 'capcom'")}
