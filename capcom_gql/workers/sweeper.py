"""The sweeper: about every second, or at once when woken, record the steps that are due and queue the deliveries.

Any number of processes may sweep at a time. If the broker is out of reach, the sweeper's own process sends the
deliveries.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from capcom_gql.clock import monotonic
from capcom_gql.delivery.leases import LETTERS_PER_MESSAGE, find_abandoned, queue_due
from capcom_gql.delivery.webhook_health import sweep_endpoints
from capcom_gql.subscription.sweep import record_steps
from capcom_gql.workers.delivery_pool import DeliveryPool

INTERVAL = 1.0
"""Seconds between two sweeps if nothing wakes the sweeper."""
MAX_INTERVAL = 2.0
"""The most seconds between two sweeps while they fail."""
LOG_INTERVAL = 60.0
"""The least seconds between two log records about failures."""
BROKER_THREADS = 2
"""How many threads send messages to the broker: one, and another for when the driver blocks the first."""

log = logging.getLogger(__name__)

SendMessage = Callable[[str, list[str]], object]
"""A function of a channel and delivery ids that puts a message for `deliver` into the broker. It blocks, and raises any
exception of the broker's driver."""


class Sweeper:
    """Sweeps in turns, each in its own task, so that a dead database connection does not affect the next one."""

    def __init__(self, pool: DeliveryPool, send: SendMessage) -> None:
        self._pool = pool
        self._send = send
        # not the loop's own pool, all of whose threads a plugin may keep busy
        self._threads = ThreadPoolExecutor(BROKER_THREADS, thread_name_prefix="to-broker")
        self._failures = 0
        self._logged_at = -LOG_INTERVAL
        # the loop keeps only weak references to its tasks
        self._recovering: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Sweep until the delivery pool is stopped. Call it only once."""
        try:
            await self._turns()
        finally:
            # a driver that blocks is not waited for: the deliveries of its message are found abandoned
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _turns(self) -> None:
        while not self._pool.is_stopped:
            self._pool.woken.clear()
            try:
                await asyncio.create_task(self._turn(), name="sweep")
            except Exception as error:  # noqa: BLE001  whatever fails, the next sweep tries again
                self._failures += 1
                self._log_failure("a sweep failed and will be repeated", error)
            else:
                self._failures = 0
            wait = min(INTERVAL * (1 + self._failures), MAX_INTERVAL)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pool.woken.wait(), wait)

    async def _turn(self) -> None:
        recording = asyncio.create_task(record_steps(self._pool.runtime, lambda: self._pool.is_stopped), name="record")
        try:
            # many steps take a while, and deliveries do not wait for the last of them
            while not (await asyncio.wait({recording}, timeout=INTERVAL))[0]:
                await self._dispatch()
        finally:
            recording.cancel()
        await recording
        await sweep_endpoints(self._pool.runtime)
        await self._dispatch()

    async def _dispatch(self) -> None:
        for channel, ids in (await find_abandoned()).items():
            self._recover(channel, ids)
        for channel, ids in (await queue_due()).items():
            for start in range(0, len(ids), LETTERS_PER_MESSAGE):
                await self._send_to_broker(channel, ids[start : start + LETTERS_PER_MESSAGE])

    def _recover(self, channel: str, ids: Sequence[str]) -> None:
        """Send abandoned deliveries in this process: by way of the broker they could be lost once more."""

        async def send() -> None:
            try:
                await self._pool.deliver(channel, ids)
            except Exception as error:  # noqa: BLE001  whatever fails, the deliveries are found again
                self._log_failure("abandoned letters cannot be sent", error)

        if self._pool.has_capacity_for(channel):
            task = asyncio.create_task(send(), name="recover")
            self._recovering.add(task)
            task.add_done_callback(self._recovering.discard)

    async def _send_to_broker(self, channel: str, ids: Sequence[str]) -> None:
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, self._send, channel, list(ids))
        except Exception as error:  # noqa: BLE001  any exception of the driver: the deliveries do not need the broker
            self._log_failure("the broker cannot be reached: this process sends the letters itself", error)
            await self._pool.deliver(channel, ids)

    def _log_failure(self, what: str, error: Exception) -> None:
        if monotonic() - self._logged_at >= LOG_INTERVAL:
            self._logged_at = monotonic()
            log.error("%s: %s", what, error, exc_info=error)
