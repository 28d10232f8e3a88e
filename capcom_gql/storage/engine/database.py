"""Open and migrate the database, run commands in one transaction each, and plain SQL on both engines."""

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
from capcom_gql.storage.engine.sqlite import POLL_SECONDS, ImmediateSqliteClient

# a new module of tables is listed here, or Tortoise does not know its tables
MODULES = tuple(
    f"capcom_gql.storage.tables.{name}"
    for name in ("access", "subscriptions", "events", "support", "webhooks", "deliveries")
)
MIGRATION_LOCK = 7_226_620_266
"""The id of PostgreSQL's advisory lock for migrations: an arbitrary number, the same in every process."""
SQLITE_WAIT_MS = 30_000
"""Milliseconds that a write waits for other processes that write to the SQLite file."""
TRIES = 5
"""How often `in_one_transaction` runs its work before it gives up."""
TRIES_TO_EMPTY = 100
"""How often `purge_write_ahead_log` tries, every `POLL_SECONDS`."""
CONNECTS_WITHIN = 10.0
"""Seconds within which a PostgreSQL server must accept a connection."""
ENDS_WITHIN = 5.0
"""Seconds that running transactions are given when the database is closed."""

Result = TypeVar("Result")

# an event loop holds only weak references to its tasks
_running: set[asyncio.Task[Any]] = set()


class DatabaseUnavailable(Exception):
    """The database does not answer or cannot be opened; the text says what is wrong."""


def _is_sqlite(url: str) -> bool:
    return urlsplit(url).scheme == "sqlite"


def _path_of(url: str) -> Path:
    return Path(unquote(url.removeprefix("sqlite:///")))


def _check_file(path: Path) -> None:
    """Raises DatabaseUnavailable where SQLite cannot open the file; the driver's thread would print a traceback."""
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
    """The options in a URL: `sslmode`, which the driver calls `ssl`. Raises DatabaseUnavailable for any other."""
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
async def open_database(url: str) -> AsyncIterator[None]:
    """The database, open for this process and event loop while the context lasts.

    `url` is as in `config_of`. When it closes, running transactions are given ENDS_WITHIN seconds to end. Raises
    DatabaseUnavailable.
    """
    if _is_sqlite(url):
        _check_file(_path_of(url))
    # the ORM caches statements across databases, even those of another engine
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=config_of(url), _enable_global_fallback=True)
    try:
        try:
            await _client().execute_query("SELECT 1")
        except (OSError, OperationalError, asyncpg.PostgresError, sqlite3.Error) as error:
            raise DatabaseUnavailable(f"the database does not answer: {_message_of(error)}") from error
        yield
    finally:
        await _wait_for_transactions()
        await Tortoise.close_connections()


def _message_of(error: Exception) -> str:
    return str(error) or f"no word within {CONNECTS_WITHIN:.0f} s"  # a TimeoutError has no text


async def _wait_for_transactions() -> None:
    """Wait for transactions whose callers are gone: a letter that was sent must be recorded so, or is sent again."""
    here = asyncio.get_running_loop()
    if running := {task for task in _running if task.get_loop() is here}:
        await asyncio.wait(running, timeout=ENDS_WITHIN)


async def migrate(url: str) -> None:
    """Bring the schema to this version. Idempotent, and safe in several processes at the same time.

    `url` is as in `config_of`; the folder of a SQLite file is created. Raises DatabaseUnavailable.
    """
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
            # readable by this account only, since the database holds personal data
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
        raise DatabaseUnavailable(f"the database does not answer: {_message_of(error)}") from error
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
    """Run a piece of work in one transaction and return its result; run it anew after a conflict, up to 5 times.

    A conflict is a unique key that another transaction has just taken, or a deadlock. The new run checks the rules
    again, and so answers with the refusal that fits. The work is finished even if the caller is cancelled: a client
    that disconnects leaves no open transaction. Raises what `work` raises, and the conflict of the last run.
    """
    task = asyncio.create_task(_with_retries(work))
    _running.add(task)
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)


async def _with_retries(work: Callable[[], Awaitable[Result]]) -> Result:
    for left in reversed(range(TRIES)):
        try:
            async with in_transaction():
                return await work()
        except (IntegrityError, asyncpg.DeadlockDetectedError):
            if not left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


async def rows(sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The rows of a plain SQL statement with parameters $1, $2, ..., on either engine.

    On SQLite instants and days are passed as text. Raises ValueError for a naive instant.
    """
    for value in parameters:
        check_aware(value)
    if is_postgres():
        return await _client().execute_query_dict(sql, list(parameters))
    return await _client().execute_query_dict(_numbered(sql), [_sqlite_value(value) for value in parameters])


async def purge_write_ahead_log() -> None:
    """On SQLite, empty the write-ahead log, which still holds the data of rows that were just blanked or deleted (R23).

    To be called after their transaction: inside of one it does nothing, as on PostgreSQL. Tried for one second without
    blocking readers or writers; otherwise the log is emptied the next time, or when the last process closes the file.
    """
    client = _client()
    if not isinstance(client, ImmediateSqliteClient):
        return
    for _ in range(TRIES_TO_EMPTY):
        if await client.truncate_log():
            return
        await asyncio.sleep(POLL_SECONDS)


def _numbered(sql: str) -> str:
    return sql.replace("$", "?")


def _sqlite_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value
