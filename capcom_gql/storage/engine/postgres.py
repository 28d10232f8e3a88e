"""The PostgreSQL engine, with transactions that give their connection back to the pool when they cannot be opened.

The ORM's own keeps it: each restart of the server would cost the pool the connections that were idle.
"""

import contextlib
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

# What the driver says of a connection that the server has ended.
_CUT = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class _Context(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        """Begin; a connection found cut is given back for the next, since nothing was done on it yet."""
        await self.ensure_connection()
        pool = self.client._parent._pool
        others = pool.get_max_size()
        while True:
            self.client._connection = await pool.acquire()
            try:
                await self.client.begin()
                break
            except BaseException as error:
                with contextlib.suppress(*_CUT):
                    await pool.release(self.client._connection)
                if not (isinstance(error, _CUT) and others):
                    raise
                others -= 1
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class CarefulPostgresClient(AsyncpgDBClient):
    """A client that loses no connection."""

    def _in_transaction(self) -> TransactionContext:
        return _Context(TransactionWrapper(self), self._pool_init_lock)


client_class = CarefulPostgresClient


def get_client_class(db_info: dict[str, Any]) -> type[AsyncpgDBClient]:
    """The ORM's question: which client serves this engine."""
    return CarefulPostgresClient
