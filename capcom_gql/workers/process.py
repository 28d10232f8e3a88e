"""A worker process from boot to shutdown: its database connections, channels, delivery pool and sweeper."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from dramatiq import Broker, Worker
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware

from capcom_gql.delivery.leases import release_held
from capcom_gql.notifiers.loader import load
from capcom_gql.runtime import close_channels, runtime_of
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import migrate, open_database
from capcom_gql.storage.installation import database_url
from capcom_gql.storage.product_clock import must_be_real
from capcom_gql.workers.delivery_pool import DeliveryPool
from capcom_gql.workers.sweeper import SendMessage, Sweeper

STOPS_WITHIN = 4.0
"""Seconds for the sends in flight to finish when the process stops."""

log = logging.getLogger(__name__)


class WorkerProcess(Middleware):
    """Dramatiq middleware that opens everything on boot, runs a sweeper, and closes everything on shutdown.

    All of it runs on the event loop of the AsyncIO middleware, which must come before it. `send` returns the function
    that puts a message for `deliver` into the broker. On boot the database is migrated.
    """

    def __init__(self, settings: Settings, send: Callable[[], SendMessage]) -> None:
        self._settings = settings
        self._send = send
        self._stack = contextlib.AsyncExitStack()
        self._pool: DeliveryPool | None = None
        self._sweeping: asyncio.Task[None] | None = None

    def pool(self) -> DeliveryPool:
        """The delivery pool of this process, which has booted."""
        assert self._pool is not None, "an actor is called after the boot"
        return self._pool

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:
        """Migrate and open the database, load the channels, start the sweeper. Raises what any of these raises."""
        _on_the_loop(self._open())

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        """Stop the sweeper, and wait STOPS_WITHIN seconds for the sends in flight."""
        _on_the_loop(self._stop())

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        """Close the database and the channels."""
        _on_the_loop(self._stack.aclose())

    async def _open(self) -> None:
        registry = load(self._settings)
        self._stack.push_async_callback(close_channels, registry)
        runtime = runtime_of(self._settings, registry)
        # the first process migrates; the others wait for it, and find nothing to do
        await migrate(database_url(self._settings))
        await self._stack.enter_async_context(open_database(database_url(self._settings)))
        if self._settings.is_production:
            await must_be_real()
        await release_held(runtime)
        self._pool = DeliveryPool(runtime, registry, asyncio.Event())
        self._sweeping = asyncio.create_task(Sweeper(self._pool, self._send()).run(), name="sweeper")

    async def _stop(self) -> None:
        assert self._sweeping is not None, "the process has booted"
        await self.pool().end(STOPS_WITHIN)
        self._sweeping.cancel()
        await asyncio.wait({self._sweeping})


def _on_the_loop(work: Coroutine[Any, Any, None]) -> None:
    thread = get_event_loop_thread()
    assert thread is not None, "the AsyncIO middleware comes first"
    thread.run_coroutine(work)
