"""The delivery pool of a process: what its worker threads share, and their work, which runs on one event loop."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from capcom_gql.clock import monotonic
from capcom_gql.delivery.dispatch import send_by_id
from capcom_gql.delivery.leases import unqueue
from capcom_gql.notifiers.registry import Registry
from capcom_gql.runtime import Runtime

MESSAGES_AT_ONCE = 3
"""The most messages of one channel on which a process works at a time, so that a channel that hangs leaves worker
threads for the others."""
MESSAGE_SECONDS = 20.0
"""Seconds after which the rest of a message's deliveries is returned to the queue."""

log = logging.getLogger(__name__)


class DeliveryPool:
    """Sends the deliveries that one process takes on. Setting `woken` makes its sweeper sweep at once."""

    def __init__(self, runtime: Runtime, registry: Registry, woken: asyncio.Event) -> None:
        self.runtime = runtime
        self.registry = registry
        self.woken = woken
        self._stopped = False
        self._busy: Counter[str] = Counter()
        self._in_flight: set[asyncio.Task[object]] = set()

    @property
    def is_stopped(self) -> bool:
        """Whether it begins no more sends."""
        return self._stopped

    def stop(self) -> None:
        """Begin no more sends; those in flight go on."""
        self._stopped = True
        self.woken.set()

    def has_capacity_for(self, channel: str) -> bool:
        """Whether it would work on another message of this channel now."""
        return not self._stopped and self._busy[channel] < MESSAGES_AT_ONCE

    async def deliver(self, channel: str, ids: Sequence[str]) -> None:
        """Send those of a channel's deliveries that are still due and not leased.

        Without capacity for the channel they are returned to the queue, without waiting; so is the rest after
        MESSAGE_SECONDS.
        """
        if not self.has_capacity_for(channel):
            await unqueue(ids)
            return
        self._busy[channel] += 1
        ends_at = monotonic() + MESSAGE_SECONDS
        looked_at = 0
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        self._in_flight.add(task)
        try:
            looked_at = await send_by_id(
                self.runtime, self.registry, ids, lambda: self._stopped or monotonic() > ends_at
            )
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            log.warning("a letter that was being sent did not finish in time; it will be sent again")
        finally:
            self._in_flight.discard(task)
            self._busy[channel] -= 1
            self.woken.set()
        await unqueue(ids[looked_at:])

    async def end(self, within: float) -> None:
        """Stop, and wait `within` seconds for the sends in flight; the others are cancelled, to be attempted again."""
        self.stop()
        if self._in_flight:
            await asyncio.wait(set(self._in_flight), timeout=within)
        if left := set(self._in_flight):
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=within)
