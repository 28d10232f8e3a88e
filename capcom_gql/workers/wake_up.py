"""A server without a worker of its own tells those elsewhere, by the broker, that a deed was just done.

It only hurries them: without a broker, or where it is out of reach, they find the work by themselves in a second.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from capcom_gql.workers.actors import declare
from capcom_gql.workers.broker import line_to
from capcom_gql.workers.delivery_pool import DeliveryPool

PAUSE = 0.1
"""Seconds between two messages at least; deeds done meanwhile share one."""

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def wake_up(broker_url: str, woken: asyncio.Event) -> AsyncIterator[None]:
    """For the length of the block, a message to the workers each time that `woken` is set."""
    if not broker_url:
        yield
        return
    line = line_to(broker_url)
    actors = declare(line.broker, _no_pool)

    async def nudge() -> None:
        while True:
            await woken.wait()
            woken.clear()
            try:
                await asyncio.to_thread(actors.look.send)
            # whatever the broker's driver raises: the workers look by themselves
            except Exception as error:  # noqa: BLE001
                log.warning("the workers cannot be told by the broker: %s", type(error).__name__)
            await asyncio.sleep(PAUSE)

    telling = asyncio.create_task(nudge(), name="nudging")
    try:
        yield
    finally:
        telling.cancel()
        with contextlib.suppress(Exception):
            line.broker.close()


def _no_pool() -> DeliveryPool:
    raise AssertionError("no worker runs in this process")
