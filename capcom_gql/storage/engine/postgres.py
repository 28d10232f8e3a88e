"""The PostgreSQL engine of the ORM, corrected: a transaction that cannot begin returns its connection to the pool.

The ORM's own engine does not, so that each restart of the server would lose the idle connections of the pool.
"""

import contextlib
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

# Raised by the driver for a connection that the server has closed.
_CUT = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class _Context(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        """Begin a transaction; where the connection was cut, try with the next one, up to the size of the pool."""
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
    """A PostgreSQL client that loses no pooled connection when the server is restarted."""

    def _in_transaction(self) -> TransactionContext:
        return _Context(TransactionWrapper(self), self._pool_init_lock)


client_class = CarefulPostgresClient


def get_client_class(db_info: dict[str, Any]) -> type[AsyncpgDBClient]:
    """Called by the ORM: the client class of this engine."""
    return CarefulPostgresClient
