"""The database: open, close, migrate, one transaction per deed, the two engines' differences."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.api import migrate as run_migrations
from tortoise.transactions import in_transaction

from capcom_gql.storage.engine.columns import check_aware
from capcom_gql.storage.engine.sqlite import LOOK_AGAIN, ImmediateSqliteClient

MODULES = tuple(
    f"capcom_gql.storage.tables.{name}"
    for name in ("access", "subscriptions", "events", "support", "webhooks", "deliveries")
)
MIGRATION_LOCK = 7_226_620_266  # any number, the same in every process: it names the advisory lock
SQLITE_WAIT_MS = 30_000
TRIES = 5
TRIES_TO_EMPTY = 100
CONNECTS_WITHIN = 10.0
"""Seconds, after which a PostgreSQL server that has said nothing is one that does not answer."""
ENDS_WITHIN = 5.0
"""Seconds that deeds begun may still take when the database closes."""

Result = TypeVar("Result")

# the loop itself keeps no hold of its tasks
_begun: set[asyncio.Task[Any]] = set()


class DatabaseUnavailable(Exception):
    """The database does not answer, or cannot be opened; the text says which and what to check."""


def _is_sqlite(url: str) -> bool:
    return urlsplit(url).scheme == "sqlite"


def _path_of(url: str) -> Path:
    return Path(unquote(url.removeprefix("sqlite:///")))


def _check_file(path: Path) -> None:
    """SQLite can open this file. Found out before the driver does, whose thread would end in a traceback."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        raise DatabaseUnavailable(f"the database does not answer: {path}: {error}") from error


def _connection_of(url: str) -> dict[str, Any]:
    if _is_sqlite(url):
        credentials = {"file_path": str(_path_of(url)), "busy_timeout": SQLITE_WAIT_MS, "synchronous": "NORMAL"}
        return {"engine": "capcom_gql.storage.engine.sqlite", "credentials": credentials}
    parts = urlsplit(url)
    credentials = {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
        **_options(parts.query),
        "timeout": CONNECTS_WITHIN,
        "minsize": 1,
        "maxsize": 10,
    }
    return {"engine": "capcom_gql.storage.engine.postgres", "credentials": credentials}


def _options(query: str) -> dict[str, str]:
    """The options of an address: `sslmode`, which the driver calls ssl. Raises DatabaseUnavailable for any other."""
    given = dict(parse_qsl(query))
    sslmode = given.pop("sslmode", None)
    if given:
        raise DatabaseUnavailable(f"the database's address has options that are not used: {', '.join(sorted(given))}")
    return {} if sslmode is None else {"ssl": sslmode}


def config_of(url: str) -> dict[str, Any]:
    """The ORM's configuration for `sqlite:///path` or `postgres://user:password@host:port/name`."""
    app = {"models": list(MODULES), "migrations": "capcom_gql.storage.migrations", "default_connection": "default"}
    return {
        "connections": {"default": _connection_of(url)},
        "apps": {"capcom": app},
        "use_tz": True,
        "timezone": "UTC",
    }


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """The database, open for this process and event loop. Raises DatabaseUnavailable."""
    if _is_sqlite(url):
        _check_file(_path_of(url))
    # the ORM keeps the statements that it wrote for a database opened before, whatever its engine
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=config_of(url), _enable_global_fallback=True)
    try:
        try:
            await _client().execute_query("SELECT 1")
        except (OSError, OperationalError, asyncpg.PostgresError, sqlite3.Error) as error:
            raise DatabaseUnavailable(f"the database does not answer: {_said(error)}") from error
        yield
    finally:
        await _all_ended()
        await Tortoise.close_connections()


def _said(error: Exception) -> str:
    return str(error) or f"no word within {CONNECTS_WITHIN:.0f} s"  # what is told of time that ran out is empty


async def _all_ended() -> None:
    """Let the deeds end whose callers have gone: a letter that was sent must not be sent again at the next start."""
    here = asyncio.get_running_loop()
    if begun := {deed for deed in _begun if deed.get_loop() is here}:
        await asyncio.wait(begun, timeout=ENDS_WITHIN)


async def migrate(url: str) -> None:
    """Bring the schema to this version, once, however many processes ask at the same time."""
    async with _migrating(url):
        try:
            await run_migrations(config=config_of(url))
        finally:
            await Tortoise.close_connections()


@contextlib.asynccontextmanager
async def _migrating(url: str) -> AsyncIterator[None]:
    if _is_sqlite(url):
        path = _path_of(url)
        try:
            # for this account alone: people's names and addresses are kept in it
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(f"the database does not answer: {error}") from error
        _check_file(path)
        lock = sqlite3.connect(f"{path}.migrating", timeout=60, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()
        return
    try:
        connection = await asyncpg.connect(url, timeout=CONNECTS_WITHIN)
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable(f"the database does not answer: {_said(error)}") from error
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        yield
    finally:
        await connection.close()


def _client() -> BaseDBAsyncClient:
    client: BaseDBAsyncClient = connections.get("default")
    return client


def is_postgres() -> bool:
    """Whether the open database is PostgreSQL."""
    return _client().capabilities.dialect == "postgres"


async def in_one_transaction(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do a piece of work in one transaction, again when another took what it was about to take.

    A unique key that another transaction has just taken means that the rules must be asked anew: what the second
    comer then gets is the rule's own refusal. Once begun it goes on to its end although the caller is cancelled: a
    client that hangs up does not leave a transaction open. Raises the last error once the tries are spent.
    """
    deed = asyncio.create_task(_tried(work))
    _begun.add(deed)
    deed.add_done_callback(_begun.discard)
    return await asyncio.shield(deed)


async def _tried(work: Callable[[], Awaitable[Result]]) -> Result:
    for left in reversed(range(TRIES)):
        try:
            async with in_transaction():
                return await work()
        except (IntegrityError, asyncpg.DeadlockDetectedError):
            if not left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


async def rows(sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The rows of a query with $1, $2, ... on either engine. On SQLite instants and days become its texts.

    Raises ValueError for a naive instant.
    """
    for value in parameters:
        check_aware(value)
    if is_postgres():
        return await _client().execute_query_dict(sql, list(parameters))
    return await _client().execute_query_dict(_numbered(sql), [_sqlite_value(value) for value in parameters])


async def leave_no_copies() -> None:
    """On SQLite, have nothing left in its write-ahead file of rows that were just blanked or deleted.

    Tried for a second: who reads or writes meanwhile is not held up, and the file is emptied the next time, or when the
    last process closes it.
    """
    client = _client()
    if not isinstance(client, ImmediateSqliteClient):
        return
    for _ in range(TRIES_TO_EMPTY):
        if await client.empty_log():
            return
        await asyncio.sleep(LOOK_AGAIN)


def _numbered(sql: str) -> str:
    return sql.replace("$", "?")


def _sqlite_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value
