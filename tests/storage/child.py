"""What other processes do in these tests: each waits for all the others before it begins."""

import asyncio
import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

from tortoise.transactions import in_transaction

from capcom_gql.storage.engine.database import migrate, open_database
from capcom_gql.storage.tables import Installation
from tests.patience import LONG

Work = Callable[[Barrier, str], None]
TIMES = 50


def all_at_once(count: int, work: Work, url: str) -> list[int | None]:
    """Do the same work on one database in so many processes; their exit codes, 0 for a work that was done."""
    spawning = multiprocessing.get_context("spawn")
    barrier = spawning.Barrier(count, timeout=LONG)
    processes = [spawning.Process(target=work, args=(barrier, url)) for _ in range(count)]
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.join(LONG)
        return [process.exitcode for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.join()


def bring_up_to_date(barrier: Barrier, url: str) -> None:
    """Migrate the database."""
    barrier.wait()
    asyncio.run(migrate(url))


def count_up(barrier: Barrier, url: str) -> None:
    """Read a number, then write the next one, again and again, each time in a transaction of its own."""
    barrier.wait()
    asyncio.run(_count_up(url))


async def _count_up(url: str) -> None:
    async with open_database(url):
        for _ in range(TIMES):
            async with in_transaction():
                read = await Installation.filter(id=1).select_for_update().get()
                await Installation.filter(id=1).update(clock_offset_us=read.clock_offset_us + 1)
