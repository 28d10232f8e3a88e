"""The worker inside the server: Dramatiq worker threads on a broker in the process, all work on the server's loop.

Nothing is lost with the process, because the database is the queue: the next sweep of any process finds it again.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from dramatiq import Worker
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread

from capcom_gql.workers.actors import declare
from capcom_gql.workers.broker import broker_connection
from capcom_gql.workers.delivery_pool import DeliveryPool
from capcom_gql.workers.sweeper import Sweeper

THREADS = 6
"""How many worker threads take messages."""
STOPS_WITHIN = 4.0
"""Seconds for the sends in flight to finish when the server stops."""
THREADS_STOP_WITHIN_MS = 2000
"""Milliseconds for the worker threads to end after that."""

log = logging.getLogger(__name__)


class RunningLoop(EventLoopThread):
    """Dramatiq's event loop thread, replaced by a loop that already runs. It is neither started nor stopped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        threading.Thread.__init__(self)
        self.logger = log
        self.loop = loop
        self.interrupt_check_ival = 0.1


@contextlib.asynccontextmanager
async def embedded_worker(pool: DeliveryPool) -> AsyncIterator[None]:
    """Run a sweeper and worker threads until the end of the block, then stop them within a few seconds."""
    connection = broker_connection("")
    actors = declare(connection.broker, lambda: pool)
    set_event_loop_thread(RunningLoop(asyncio.get_running_loop()))
    connection.broker.emit_after("process_boot")
    worker = Worker(connection.broker, worker_threads=THREADS, worker_timeout=100)
    worker.start()
    sweeping = asyncio.create_task(Sweeper(pool, actors.deliver.send).run(), name="sweeper")
    try:
        yield
    finally:
        await pool.end(STOPS_WITHIN)
        sweeping.cancel()
        await asyncio.wait({sweeping})
        # in a thread, since the worker's threads wait for coroutines of this loop; not in the loop's pool, which may be
        # full
        with ThreadPoolExecutor(1, thread_name_prefix="worker-stop") as thread:
            await asyncio.get_running_loop().run_in_executor(thread, worker.stop, THREADS_STOP_WITHIN_MS)
        connection.broker.close()
        set_event_loop_thread(None)
