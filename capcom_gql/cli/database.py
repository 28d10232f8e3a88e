"""Open the database for a command: migrated, or with a sentence that says what to run first."""

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
    """Open the database for the length of the block.

    In development a SQLite database is created or migrated first, and a note says so. Raises Stop if migrations are
    missing, ClockMoved in production if the product's clock was moved, and DatabaseUnavailable.
    """
    url = database_url(settings)
    file = settings.sqlite_file
    if not await _is_current(settings):
        if settings.is_production or file is None:
            raise Stop("The database is not migrated to this version. Run `capcom migrate` first.")
        done = "migrated the database to this version" if file.exists() else "created a new database"
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
