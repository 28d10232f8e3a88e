"""The PostgreSQL engine, with transactions that give their connection back to the pool when they cannot be opened.

The ORM's own keeps it: each restart of the server would cost the pool the connections that were idle.
"""

from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class _Context(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
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
