"""The channels of a process, as its deeds need to know them; and their end."""

import asyncio
import contextlib
import threading

from capcom_gql.domain.letters import Channel
from capcom_gql.notifiers.registry import Registry
from capcom_gql.services.setup import Setup, setup_from
from capcom_gql.settings import Settings

CLOSES_WITHIN = 1.0
"""Seconds for the channels to close."""


def setup_of(settings: Settings, registry: Registry) -> Setup:
    """The setup of a process: its settings, and the channels that are ACTIVE in it."""
    channels = [Channel(entry.name, entry.address_kind) for entry in registry.active()]
    return setup_from(settings, channels, registry.address_fault)


async def close(registry: Registry) -> None:
    """Close the channels beside the loop; one that hangs is left behind."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        registry.close()
        # the loop may have ended before a channel that hung
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=run, daemon=True, name="close-notifiers").start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closed.wait(), CLOSES_WITHIN)
