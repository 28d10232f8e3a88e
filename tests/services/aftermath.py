"""What must be true after ill luck: no transaction is left open, the file is free, the pool has all its places."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from tortoise import connections

from capcom_gql.storage.engine.database import in_one_transaction, is_postgres, rows
from tests.patience import LONG

POOL = 10
"""Connections of a pool."""


@contextlib.contextmanager
def another_writer(url: str) -> Iterator[sqlite3.Connection]:
    """Another program that is in the middle of writing to the file."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield other
    finally:
        other.close()


def is_free(url: str) -> bool:
    """Whether another program could write to the file at once."""
    try:
        with another_writer(url):
            return True
    except sqlite3.OperationalError:
        return False


async def all_ended() -> None:
    """Let everything that was begun come to its end."""
    here = asyncio.current_task()
    async with asyncio.timeout(LONG):
        while others := {task for task in asyncio.all_tasks() if task is not here}:
            await asyncio.wait(others)


def pool() -> Any:
    """The driver's pool of connections to PostgreSQL."""
    return connections.get("default")._pool


async def pool_has_all_its_places() -> None:
    """As many transactions as the pool has places, all open at the same moment."""
    meeting = asyncio.Barrier(POOL)

    async def meet() -> None:
        await rows("SELECT 1")
        await meeting.wait()

    async with asyncio.timeout(LONG):
        await asyncio.gather(*(in_one_transaction(meet) for _ in range(POOL)))


async def open_transactions() -> int:
    """How many sessions of this database, but this one, are in a transaction."""
    found = await rows(
        "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
    )
    return int(found[0]["count"])


async def nothing_stays_behind(url: str) -> None:
    """Fails where somebody could not work on."""
    if is_postgres():
        assert pool().get_idle_size() == pool().get_size()
        await pool_has_all_its_places()
    else:
        assert is_free(url)
