"""The worker inside the server: about every second, or at once when woken, record what is due and send letters."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator

from capcom_gql.clock import monotonic
from capcom_gql.notifiers.registry import Registry
from capcom_gql.services.setup import Setup
from capcom_gql.services.tick import tick

EVERY = 1.0
"""Seconds between two turns when nothing wakes the worker."""
LONGEST_WAIT = 5.0
"""Seconds between two turns at most, while they fail."""
TOLD_EVERY = 60.0
"""Seconds between two log records about a failure that lasts."""
STOPS_WITHIN = 4.0
"""Seconds for the delivery in flight to finish."""
CLOSES_WITHIN = 1.0
"""Seconds for the channels to close."""

log = logging.getLogger(__name__)


class Ticking:
    """Turns of the tick, each in a task of its own: a turn whose connection died leaves nothing to the next."""

    def __init__(self, setup: Setup, registry: Registry, woken: asyncio.Event) -> None:
        self._setup = setup
        self._registry = registry
        self._stopped = False
        self._woken = woken
        self._failures = 0
        self._told_at = 0.0

    async def run(self) -> None:
        """Turn after turn, until stopped."""
        while not self._stopped:
            self._woken.clear()
            try:
                await asyncio.create_task(self._turn(), name="tick")
            except Exception as error:  # noqa: BLE001  whatever fails, the next turn tries again
                self._tell(error)
            else:
                self._failures = 0
            wait = min(EVERY * (1 + self._failures), LONGEST_WAIT)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), wait)

    async def _turn(self) -> None:
        await tick(self._setup, self._registry, until_idle=True, stopping=lambda: self._stopped)

    def stop(self) -> None:
        """Let the delivery in flight finish and begin no other."""
        self._stopped = True
        self._woken.set()

    def _tell(self, error: Exception) -> None:
        self._failures += 1
        if self._failures == 1 or monotonic() - self._told_at >= TOLD_EVERY:
            self._told_at = monotonic()
            log.error("a turn of the worker failed and will be tried again: %s", error, exc_info=error)


@contextlib.asynccontextmanager
async def at_work(setup: Setup, registry: Registry, woken: asyncio.Event) -> AsyncIterator[None]:
    """The worker, at work until the end of the block; then stopped within a few seconds."""
    worker = Ticking(setup, registry, woken)
    running = asyncio.create_task(worker.run(), name="ticking")
    try:
        yield
    finally:
        worker.stop()
        _, unfinished = await asyncio.wait({running}, timeout=STOPS_WITHIN)
        if unfinished:
            log.warning("a delivery in flight did not finish in time; it will be tried again")
            running.cancel()
            await asyncio.wait({running})


async def close(registry: Registry) -> None:
    """Close the channels beside the loop; one that hangs is left behind."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        registry.close()
        # the loop may have ended before a channel that hung
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=run, daemon=True, name="close-notifiers").start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closed.wait(), CLOSES_WITHIN)
