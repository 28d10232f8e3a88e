"""A server without a worker wakes the workers through the broker when a command was carried out.

This only saves time: without a broker, or if it is out of reach, they find the work by themselves within a second.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from capcom_gql.workers.actors import declare
from capcom_gql.workers.broker import broker_connection
from capcom_gql.workers.delivery_pool import DeliveryPool

MIN_INTERVAL = 0.1
"""The least seconds between two messages; commands carried out in between share one."""

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def wake_up(broker_url: str, woken: asyncio.Event) -> AsyncIterator[None]:
    """Send a message to the workers each time that `woken` is set, for as long as the block lasts."""
    if not broker_url:
        yield
        return
    connection = broker_connection(broker_url)
    actors = declare(connection.broker, _no_pool)

    async def send_messages() -> None:
        while True:
            await woken.wait()
            woken.clear()
            try:
                await asyncio.to_thread(actors.look.send)
            except Exception as error:  # noqa: BLE001  any exception of the driver: the workers sweep by themselves
                log.warning("the workers cannot be woken through the broker: %s", type(error).__name__)
            await asyncio.sleep(MIN_INTERVAL)

    sending = asyncio.create_task(send_messages(), name="wake-up")
    try:
        yield
    finally:
        sending.cancel()
        with contextlib.suppress(Exception):
            connection.broker.close()


def _no_pool() -> DeliveryPool:
    raise AssertionError("no worker runs in this process")
