"""The SQLite engine of the ORM, corrected: immediate transactions, waiting that blocks no reader, nothing left open.

The ORM's own engine opens deferred transactions: of two processes that read and then write, one fails at the write.
Opened immediate, the second one waits. It waits without using the one connection of the process, so that others can
read meanwhile. Where opening or committing fails, the ORM keeps its lock or the open transaction; here both are
released.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from capcom_gql import clock

POLL_SECONDS = 0.01
"""Seconds between two attempts while another process writes to the file."""

Result = TypeVar("Result")


class _ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        """Begin with the write lock. Raises OperationalError where another process has it."""
        try:
            # a caller that was cancelled may have left a transaction open
            await self._connection.rollback()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class _Context(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.connection._parent.retry_while_busy(self._open)
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client

    async def _open(self) -> None:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        driver = self.connection._connection
        try:
            if exc_type is None:
                await self.connection.commit()
        finally:
            try:
                if driver.in_transaction:
                    await driver.rollback()
            finally:
                get_connections().reset(self.token)
                self._trxlock.release()


class ImmediateSqliteClient(SqliteClient):
    """A SQLite client whose transactions take the write lock when they begin.

    `busy_timeout` is how long it waits for other processes, in milliseconds.
    """

    def __init__(self, file_path: str, busy_timeout: int, **options: Any) -> None:
        super().__init__(file_path, busy_timeout=busy_timeout, **options)
        self._timeouts = busy_timeout / 1000

    async def create_connection(self, with_db: bool) -> None:
        """Connect. SQLite's own busy timeout, which blocks the connection, is used here only."""
        await super().create_connection(with_db)
        if self._connection is not None:
            await self._connection.execute_fetchall("PRAGMA busy_timeout=0")
            # blanked and deleted data is overwritten in the file, whatever the library's default (R23)
            await self._connection.execute_fetchall("PRAGMA secure_delete=ON")

    async def truncate_log(self) -> bool:
        """Copy the write-ahead log into the database file and empty it. Returns False where others prevented it."""
        _, (result,) = await self.execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
        is_blocked = bool(result[0])
        return not is_blocked

    async def retry_while_busy(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Run an attempt, again while another process locks the file.

        Raises OperationalError where the file is still locked after `busy_timeout`, and at once whatever else the
        attempt raises.
        """
        deadline = clock.monotonic() + self._timeouts
        while True:
            try:
                return await attempt()
            except OperationalError as error:
                if not _is_busy(error) or clock.monotonic() >= deadline:
                    raise
            await asyncio.sleep(POLL_SECONDS)

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """Insert a row and return the key that the database generated; see `retry_while_busy`.

        Raises IntegrityError for a row that a constraint forbids.
        """
        return await self.retry_while_busy(partial(super().execute_insert, query, values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Insert many rows, all or none; see `retry_while_busy`.

        Raises IntegrityError where a constraint forbids one of them.
        """
        await self.retry_while_busy(partial(super().execute_many, query, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        """The number of affected rows, and the rows returned; see `retry_while_busy`."""
        return await self.retry_while_busy(partial(super().execute_query, query, values))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries; see `retry_while_busy`."""
        return await self.retry_while_busy(partial(super().execute_query_dict, query, values))

    async def execute_script(self, query: str) -> None:
        """Run a script; see `retry_while_busy`. Outside a transaction a retry repeats the statements already run."""
        await self.retry_while_busy(partial(super().execute_script, query))

    def _in_transaction(self) -> TransactionContext:
        return _Context(_ImmediateTransaction(self), self._lock)


def _is_busy(error: OperationalError) -> bool:
    cause = error.args[0] if error.args else None
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF == sqlite3.SQLITE_BUSY


client_class = ImmediateSqliteClient


def get_client_class(db_info: dict[str, Any]) -> type[SqliteClient]:
    """Called by the ORM: the client class of this engine."""
    return ImmediateSqliteClient
