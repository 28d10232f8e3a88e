"""The crew of a process: what its worker threads share, and the work that they do on the process's own loop."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from capcom_gql.clock import monotonic
from capcom_gql.delivery.dispatch import send_these
from capcom_gql.delivery.leases import give_back
from capcom_gql.notifiers.registry import Registry
from capcom_gql.runtime import Runtime

MESSAGES_AT_ONCE = 3
"""Messages of one channel that a process works on at once: a channel that hangs leaves the other hands free."""
LONGEST = 20.0
"""Seconds after which what is left of a message is given back, for others to take."""

log = logging.getLogger(__name__)


class DeliveryPool:
    """The hands of one process. `woken` asks its sweeper to look at once."""

    def __init__(self, runtime: Runtime, registry: Registry, woken: asyncio.Event) -> None:
        self.runtime = runtime
        self.registry = registry
        self.woken = woken
        self._stopped = False
        self._busy: Counter[str] = Counter()
        self._in_flight: set[asyncio.Task[object]] = set()

    @property
    def is_stopped(self) -> bool:
        """No letter is begun any more."""
        return self._stopped

    def stop(self) -> None:
        """Let what is in flight finish, and begin nothing else."""
        self._stopped = True
        self.woken.set()

    def has_hands_for(self, channel: str) -> bool:
        """Whether another message of a channel would be worked on now."""
        return not self._stopped and self._busy[channel] < MESSAGES_AT_ONCE

    async def deliver(self, channel: str, ids: Sequence[str]) -> None:
        """Send letters of one channel, those that are still due and free; the others' hands are not waited for."""
        if not self.has_hands_for(channel):
            await give_back(ids)
            return
        self._busy[channel] += 1
        ends_at = monotonic() + LONGEST
        looked_at = 0
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        self._in_flight.add(task)
        try:
            looked_at = await send_these(
                self.runtime, self.registry, ids, lambda: self._stopped or monotonic() > ends_at
            )
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            log.warning("a letter in flight did not finish in time; it will be tried again")
        finally:
            self._in_flight.discard(task)
            self._busy[channel] -= 1
            self.woken.set()
        await give_back(ids[looked_at:])

    async def end(self, within: float) -> None:
        """Stop, and leave what is in flight some seconds to finish; what does not is given up, to be tried again."""
        self.stop()
        if self._in_flight:
            await asyncio.wait(set(self._in_flight), timeout=within)
        if left := set(self._in_flight):
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=within)
