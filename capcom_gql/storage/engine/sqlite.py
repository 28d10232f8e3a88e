"""The SQLite engine: immediate transactions, a wait that holds up no reader, nothing left open whatever happens.

The ORM's own engine opens deferred transactions: of two processes that read and then write, one fails at the write.
Opened immediate, the second waits its turn. It waits without the process's one connection, by which others read on
meanwhile. And where opening or committing fails, the ORM keeps its lock, or the open transaction; here both are given
back.
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

LOOK_AGAIN = 0.01
"""Seconds between two looks at a file that another process is writing to."""

Result = TypeVar("Result")


class _ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        """Take the write lock at once. Raises OperationalError where another process has it."""
        try:
            # what a caller that was cancelled has left open belongs to nobody any more
            await self._connection.rollback()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class _Context(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.connection._parent.patiently(self._open)
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
    """A client whose transactions write from the start. `busy_timeout` is how long it waits for others, in ms."""

    def __init__(self, file_path: str, busy_timeout: int, **options: Any) -> None:
        super().__init__(file_path, busy_timeout=busy_timeout, **options)
        self._timeouts = busy_timeout / 1000

    async def create_connection(self, with_db: bool) -> None:
        """Connect; the driver itself waits only here, since it does so with the connection in hand."""
        await super().create_connection(with_db)
        if self._connection is not None:
            await self._connection.execute_fetchall("PRAGMA busy_timeout=0")
            # what is blanked or deleted is overwritten in the file, however the library was built
            await self._connection.execute_fetchall("PRAGMA secure_delete=ON")

    async def empty_log(self) -> bool:
        """Bring the write-ahead file home and empty it, so that no row is found there as it was before. Returns whether
        others, who were reading or writing, allowed it.
        """
        _, (told,) = await self.execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
        return not told[0]

    async def patiently(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Do it, again and again while another process has the file. Raises OperationalError when that lasts."""
        deadline = clock.monotonic() + self._timeouts
        while True:
            try:
                return await attempt()
            except OperationalError as error:
                if not _is_busy(error) or clock.monotonic() >= deadline:
                    raise
            await asyncio.sleep(LOOK_AGAIN)

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """Insert a row, and give the key that the database chose."""
        return await self.patiently(partial(super().execute_insert, query, values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Insert many rows, all or none."""
        await self.patiently(partial(super().execute_many, query, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        """How many rows are concerned, and those that are given back."""
        return await self.patiently(partial(super().execute_query, query, values))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query."""
        return await self.patiently(partial(super().execute_query_dict, query, values))

    async def execute_script(self, query: str) -> None:
        """Run a script; of several statements outside a transaction, a wait repeats those already done."""
        await self.patiently(partial(super().execute_script, query))

    def _in_transaction(self) -> TransactionContext:
        return _Context(_ImmediateTransaction(self), self._lock)


def _is_busy(error: OperationalError) -> bool:
    cause = error.args[0] if error.args else None
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF == sqlite3.SQLITE_BUSY


client_class = ImmediateSqliteClient


def get_client_class(db_info: dict[str, Any]) -> type[SqliteClient]:
    """The ORM's question: which client serves this engine."""
    return ImmediateSqliteClient
