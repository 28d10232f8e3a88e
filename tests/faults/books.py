"""The database read by hand, on either engine: own SQL, a connection for each look, no code of the product."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg

ANSWERS_WITHIN = 10.0
# the driver has no kinder word than InternalClientError for a connection that ends at the wrong moment
UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    sqlite3.Error,
)

Row = dict[str, Any]


class Books:
    """One database, by the address that `CAPCOM_DATABASE_URL` has."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = urlsplit(url).scheme == "sqlite"

    async def rows(self, sql: str) -> list[Row]:
        """The rows of a query. Raises one of UNREACHABLE."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=ANSWERS_WITHIN)) as file:
                file.row_factory = sqlite3.Row
                found = [dict(row) for row in file.execute(sql).fetchall()]
                file.commit()
                return found
        connection = await asyncpg.connect(self.url, timeout=ANSWERS_WITHIN)
        try:
            return [dict(row) for row in await connection.fetch(sql, timeout=ANSWERS_WITHIN)]
        finally:
            await connection.close(timeout=ANSWERS_WITHIN)

    async def script(self, sql: str) -> None:
        """Run statements."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=ANSWERS_WITHIN)) as file:
                file.executescript(sql)
            return
        connection = await asyncpg.connect(self.url, timeout=ANSWERS_WITHIN)
        try:
            await connection.execute(sql)
        finally:
            await connection.close(timeout=ANSWERS_WITHIN)

    async def ahead(self) -> timedelta:
        """How far the product's clock is ahead of the real one."""
        (row,) = await self.rows("SELECT clock_offset_us FROM installation")
        return timedelta(microseconds=row["clock_offset_us"])


def instant(value: Any) -> datetime | None:
    """A column that keeps an instant, aware, in UTC."""
    if value is None or isinstance(value, datetime):
        return value
    read = datetime.fromisoformat(value)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def known(value: Any) -> datetime:
    """An instant that is never missing."""
    read = instant(value)
    assert read is not None, "this column is never empty"
    return read


def day(value: Any) -> date:
    """A column that keeps a day."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def maybe_day(value: Any) -> date | None:
    """A column that may keep a day."""
    return None if value is None else day(value)


def parsed(value: Any) -> Any:
    """A column that keeps JSON."""
    return json.loads(value) if isinstance(value, str) else value
