"""The database as commands find it: of this version, or a sentence that says what to run first."""

import contextlib
from collections.abc import AsyncIterator

from capcom_gql.cli.failures import Stop
from capcom_gql.cli.screen import note
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import migrate, open_database
from capcom_gql.storage.installation import database_url, missing_migrations
from capcom_gql.storage.product_clock import must_be_real


@contextlib.asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[None]:
    """The database, open. Raises Stop where it is not ready to be worked with, ClockMoved in production.

    In development a SQLite database is made, or brought to this version, on the way, and a note says so.
    """
    url = database_url(settings)
    file = settings.sqlite_file
    if not await _is_current(settings):
        if settings.is_production or file is None:
            raise Stop("The database is not that of this version. Run `capcom migrate` first.")
        done = "brought the database to this version" if file.exists() else "made a new database"
        await migrate(url)
        note(f"{done}: {file}")
    async with open_database(url):
        if settings.is_production:
            await must_be_real()
        yield


async def _is_current(settings: Settings) -> bool:
    file = settings.sqlite_file
    if file is not None and not file.exists():
        return False
    async with open_database(database_url(settings)):
        return not await missing_migrations()
