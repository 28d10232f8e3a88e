"""The sweeper: about every second, or at once when woken, record what is due and hand the letters to the broker.

Every process may sweep, none has to be the only one. A broker that is out of reach stops nothing: the sweeper's own
process then sends the letters.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from capcom_gql.clock import monotonic
from capcom_gql.delivery.leases import MESSAGE_HOLDS, hand_over, left_behind
from capcom_gql.delivery.webhook_health import sweep_endpoints
from capcom_gql.subscription.sweep import record_steps
from capcom_gql.workers.delivery_pool import DeliveryPool

EVERY = 1.0
"""Seconds between two turns when nothing wakes the sweeper."""
LONGEST_WAIT = 2.0
"""Seconds between two turns at most, while they fail."""
TOLD_EVERY = 60.0
"""Seconds between two log records about a failure that lasts."""

THREADS_TO_BROKER = 2
"""One hands letters over; another is there while a driver keeps the first."""

log = logging.getLogger(__name__)

Send = Callable[[str, list[str]], object]
"""Puts a message for `deliver` into the broker; blocks, and raises whatever the broker's driver does."""


class Sweeper:
    """Turns, each in a task of its own: a turn whose connection died leaves nothing to the next."""

    def __init__(self, pool: DeliveryPool, send: Send) -> None:
        self._pool = pool
        self._send = send
        # not the loop's own, whose threads a channel's plugin may keep all busy
        self._threads = ThreadPoolExecutor(THREADS_TO_BROKER, thread_name_prefix="to-broker")
        self._failures = 0
        self._told_at = -TOLD_EVERY
        # the loop itself keeps no hold of its tasks
        self._taken_up: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Turn after turn, until the crew is stopped; once only."""
        try:
            await self._turns()
        finally:
            # what a driver keeps is not waited for: its letters' leases end, and others find them
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _turns(self) -> None:
        while not self._pool.is_stopped:
            self._pool.woken.clear()
            try:
                await asyncio.create_task(self._turn(), name="sweep")
            except Exception as error:  # noqa: BLE001  whatever fails, the next turn tries again
                self._failures += 1
                self._tell("a turn of the worker failed and will be tried again", error)
            else:
                self._failures = 0
            wait = min(EVERY * (1 + self._failures), LONGEST_WAIT)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pool.woken.wait(), wait)

    async def _turn(self) -> None:
        recording = asyncio.create_task(record_steps(self._pool.runtime, lambda: self._pool.is_stopped), name="record")
        try:
            # many steps take their time, and letters do not wait for the last of them
            while not (await asyncio.wait({recording}, timeout=EVERY))[0]:
                await self._post()
        finally:
            recording.cancel()
        await recording
        await sweep_endpoints(self._pool.runtime)
        await self._post()

    async def _post(self) -> None:
        for channel, ids in (await left_behind()).items():
            self._take_up(channel, ids)
        for channel, ids in (await hand_over()).items():
            for start in range(0, len(ids), MESSAGE_HOLDS):
                await self._hand(channel, ids[start : start + MESSAGE_HOLDS])

    def _take_up(self, channel: str, ids: Sequence[str]) -> None:
        """Send what was left behind here and now: on its way through the broker it could be lost once more."""

        async def send() -> None:
            try:
                await self._pool.deliver(channel, ids)
            except Exception as error:  # noqa: BLE001  whatever fails, it is found again as it was found now
                self._tell("letters that were left behind cannot be sent", error)

        if self._pool.has_hands_for(channel):
            task = asyncio.create_task(send(), name="take-up")
            self._taken_up.add(task)
            task.add_done_callback(self._taken_up.discard)

    async def _hand(self, channel: str, ids: Sequence[str]) -> None:
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, self._send, channel, list(ids))
        # whatever the broker's driver raises: the letters do not need it
        except Exception as error:  # noqa: BLE001
            self._tell("the broker cannot be reached: this process sends the letters itself", error)
            await self._pool.deliver(channel, ids)

    def _tell(self, what: str, error: Exception) -> None:
        if monotonic() - self._told_at >= TOLD_EVERY:
            self._told_at = monotonic()
            log.error("%s: %s", what, error, exc_info=error)
