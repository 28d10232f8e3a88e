"""The worker inside the server: real worker threads on a broker in the process, and all work on the server's own loop.

Sound because the rows are the truth: what is lost with the process is found again by whoever sweeps next.
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
from capcom_gql.workers.broker import line_to
from capcom_gql.workers.delivery_pool import DeliveryPool
from capcom_gql.workers.sweeper import Sweeper

THREADS = 6
STOPS_WITHIN = 4.0
"""Seconds for the letters in flight to go."""

THREADS_END_WITHIN_MS = 2000

log = logging.getLogger(__name__)


class OwnLoop(EventLoopThread):
    """The loop that runs already, in the place of a thread with one of its own; it is neither started nor stopped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        threading.Thread.__init__(self)
        self.logger = log
        self.loop = loop
        self.interrupt_check_ival = 0.1


@contextlib.asynccontextmanager
async def at_work(pool: DeliveryPool) -> AsyncIterator[None]:
    """Sweeper and worker threads, at work until the end of the block; then stopped within a few seconds."""
    line = line_to("")
    actors = declare(line.broker, lambda: pool)
    set_event_loop_thread(OwnLoop(asyncio.get_running_loop()))
    line.broker.emit_after("process_boot")
    worker = Worker(line.broker, worker_threads=THREADS, worker_timeout=100)
    worker.start()
    sweeping = asyncio.create_task(Sweeper(pool, actors.deliver.send).run(), name="sweeper")
    try:
        yield
    finally:
        await pool.end(STOPS_WITHIN)
        sweeping.cancel()
        await asyncio.wait({sweeping})
        # in a thread: its threads wait for coroutines of this very loop; not in the loop's own, which may all be busy
        with ThreadPoolExecutor(1, thread_name_prefix="worker-stop") as thread:
            await asyncio.get_running_loop().run_in_executor(thread, worker.stop, THREADS_END_WITHIN_MS)
        line.broker.close()
        set_event_loop_thread(None)
