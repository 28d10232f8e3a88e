"""What the broker calls. A message carries ids only.

The brokers have no middleware that retries or limits times: the rows have their own schedule, and a send its deadline.
"""

from collections.abc import Callable
from dataclasses import dataclass

import dramatiq
from dramatiq import Actor, Broker

from capcom_gql.workers.delivery_pool import DeliveryPool

QUEUE = "letters"


@dataclass(frozen=True, slots=True)
class Actors:
    """The actors of a broker."""

    deliver: Actor[[str, list[str]], None]
    look: Actor[[], None]


def declare(broker: Broker, pool: Callable[[], DeliveryPool]) -> Actors:
    """Declare the actors; `crew` gives that of the process in which one is called."""

    @dramatiq.actor(broker=broker, queue_name=QUEUE, actor_name="deliver")
    async def deliver(channel: str, ids: list[str]) -> None:
        """Send these letters of one channel."""
        await pool().deliver(channel, ids)

    @dramatiq.actor(broker=broker, queue_name=QUEUE, actor_name="look")
    async def look() -> None:
        """Look at once whether something is due: a deed was just done."""
        pool().woken.set()

    return Actors(deliver, look)
