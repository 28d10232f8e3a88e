"""The database of an installation: where it is, whether it answers, whether its schema is this version's."""

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


def database_url(settings: Settings) -> str:
    """The address that `database.opened` and `database.migrate` take."""
    file = settings.sqlite_file
    return settings.database_url if file is None else f"sqlite:///{quote(str(file))}"


async def must_answer() -> None:
    """Ask the open database for something, within 5 s. Raises DatabaseUnavailable."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await rows("SELECT 1")
    except (
        OSError,
        BaseORMException,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        # what the driver raises of a connection that was cut while it was used
        asyncpg.InternalClientError,
        sqlite3.Error,
    ) as error:
        raise DatabaseUnavailable(f"the database does not answer: {error}") from error


async def missing_migrations() -> list[str]:
    """The migrations of this version that the open database has not had, in order. Raises DatabaseUnavailable."""
    wanted = _of_this_version()
    try:
        done = await _done()
    except OperationalError:
        # either there is no such table, and nothing was ever migrated, or there is no database
        await must_answer()
        return wanted
    return [name for name in wanted if name not in done]


async def later_migrations() -> list[str]:
    """The migrations of a later version that the open database has had, in order. There is no way back from them."""
    return sorted(await _done() - set(_of_this_version()))


def _of_this_version() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(migrations.__path__))


async def _done() -> set[str]:
    return {row["name"] for row in await rows("SELECT name FROM tortoise_migrations WHERE app = 'capcom'")}
