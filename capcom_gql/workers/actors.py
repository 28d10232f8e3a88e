"""The Dramatiq actors. A message carries ids only, and no personal data.

The brokers have no middleware for retries or time limits: deliveries have a retry schedule and sends a deadline.
"""

from collections.abc import Callable
from dataclasses import dataclass

import dramatiq
from dramatiq import Actor, Broker

from capcom_gql.workers.delivery_pool import DeliveryPool

QUEUE = "letters"
"""The queue of all messages."""


@dataclass(frozen=True, slots=True)
class Actors:
    """The actors of one broker: call their `send` to put a message into it."""

    deliver: Actor[[str, list[str]], None]
    look: Actor[[], None]


def declare(broker: Broker, pool: Callable[[], DeliveryPool]) -> Actors:
    """Declare the actors on a broker; `pool` returns the delivery pool of the process in which an actor is called."""

    @dramatiq.actor(broker=broker, queue_name=QUEUE, actor_name="deliver")
    async def deliver(channel: str, ids: list[str]) -> None:
        """Send these deliveries of one channel."""
        await pool().deliver(channel, ids)

    @dramatiq.actor(broker=broker, queue_name=QUEUE, actor_name="look")
    async def look() -> None:
        """Sweep at once: a command was just carried out."""
        pool().woken.set()

    return Actors(deliver, look)
