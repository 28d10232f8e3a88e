"""What an operation may use while it runs: objects, and time by the real clock.

A query that uses more, or whose client goes away, is cancelled. A mutation is never interrupted: the next one of the
document is not begun.
"""

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import Any, TypeVar

from graphql import Executor
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from capcom_gql.graphql.errors import RequestRefused, timed_out, too_costly
from capcom_gql.settings.limits import Limits

Result = TypeVar("Result")

_WATCHED_AFTER_SECONDS = 0.05
"""How long an operation runs before its connection is watched; most are answered sooner."""


class Running:
    """One operation while it runs. `is_query` says whether it may be interrupted."""

    def __init__(self, limits: Limits, *, is_query: bool) -> None:
        self._limits = limits
        self._is_query = is_query
        self._deadline = monotonic() + limits.operation_seconds
        self._completed = 0
        self._most = limits.operation_completed_objects
        self._ended: RequestRefused | ClientDisconnect | None = None
        self._task: asyncio.Task[Any] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def count_object(self) -> None:
        """Count one object of the answer.

        Raises RequestRefused (OPERATION_TOO_COSTLY, for a query OPERATION_TIMEOUT too) where the operation must end
        now, and what ended it where it was ended before: RequestRefused or ClientDisconnect.
        """
        self._completed += 1
        if self._ended is not None:
            raise self._ended
        if self._completed > self._most:
            self._end(_too_many(self._most, self._completed))
        elif self._is_query and monotonic() > self._deadline:
            self._end(timed_out(self._limits.operation_seconds))

    def begin_mutation(self) -> None:
        """Raises RequestRefused (OPERATION_TIMEOUT) where there is no time left to begin another mutation."""
        if monotonic() > self._deadline:
            self._end(timed_out(self._limits.operation_seconds))

    async def result(self, work: Awaitable[Result], receive: Receive) -> Result:
        """The result of an operation, `receive` being that of its request, whose body is read.

        Raises RequestRefused where it was ended (OPERATION_TOO_COSTLY, OPERATION_TIMEOUT), ClientDisconnect where its
        client went away.
        """
        if not self._is_query:
            return await work
        task = self._task = asyncio.current_task()
        assert task is not None, "requests are answered in tasks"
        cancelling = task.cancelling()
        loop = asyncio.get_running_loop()
        # one timer for both: nearly every operation is answered before it goes off
        first = min(_WATCHED_AFTER_SECONDS, self._limits.operation_seconds)
        self._timer = loop.call_later(first, self._watch_over, loop, receive)
        try:
            return await work
        except asyncio.CancelledError:
            if self._ended is None or task.uncancel() > cancelling:
                raise
            raise self._ended from None
        finally:
            self._task = None
            self._timer.cancel()
            if self._watch is not None:
                self._watch.cancel()

    @property
    def ended(self) -> RequestRefused | ClientDisconnect | None:
        """Why the operation was ended, whatever its result; None where it was not."""
        return self._ended

    def _watch_over(self, loop: asyncio.AbstractEventLoop, receive: Receive) -> None:
        self._watch = loop.create_task(self._disconnected(receive))
        left = max(0.0, self._deadline - monotonic())
        self._timer = loop.call_later(left, self._interrupt, timed_out(self._limits.operation_seconds))

    async def _disconnected(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._interrupt(ClientDisconnect())

    def _end(self, refusal: RequestRefused) -> None:
        self._interrupt(refusal)
        raise refusal

    def _interrupt(self, reason: RequestRefused | ClientDisconnect) -> None:
        """End the operation: objects are completed no more, and what is waited for is cancelled."""
        if self._ended is None:
            self._ended = reason
            # two turns later what has been created has also been started, and can be cancelled without a warning
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


def _too_many(limit: int, actual: int) -> RequestRefused:
    return too_costly(f"The answer has more than {limit} objects. Ask for less at once.", limit, actual)


class BoundedExecutor(Executor[Any]):
    """Executes an operation whose context has a `running`, and counts each object of the answer."""

    def complete_object_value(self, *arguments: Any) -> Any:
        """Count the object, and then complete it. Raises what `Running.count_object` raises."""
        self.context_value.running.count_object()
        return super().complete_object_value(*arguments)
