"""How long the tests wait: for conditions, with limits that only a test which hangs reaches, on however busy a machine.

Beside eight other programs everything takes ten times as long. A limit below therefore never measures speed: it is
many times what the slowest machine needs, and what a test shows by it is that nobody waits for what lasts `HANG`.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

LONG = 300.0
"""Seconds after which what has not come about never will."""
HANG = 600.0
"""Seconds that something takes which a test shows not to be waited for."""

Found = TypeVar("Found")


def until(found: Callable[[], Found], what: object = "it") -> Found:
    """Wait until this gives something true; what it gave. The failure names `what` did not come about."""
    began = time.monotonic()
    while not (it := found()):
        assert time.monotonic() - began < LONG, f"{what} did not come about within {LONG:g} s"
        time.sleep(0.02)
    return it


async def eventually(found: Callable[[], Found], what: object = "it") -> Found:
    """The same, while the event loop goes on."""
    began = time.monotonic()
    while not (it := found()):
        assert time.monotonic() - began < LONG, f"{what} did not come about within {LONG:g} s"
        await asyncio.sleep(0.02)
    return it


def slowdown() -> float:
    """How many times longer than on a machine of its own a piece of work takes here, now: 1 where nothing else runs."""
    began, worked = time.monotonic(), time.thread_time()
    while (work := time.thread_time() - worked) < 0.05:
        pass
    return max(1.0, (time.monotonic() - began) / work)


def promised(seconds: float) -> float:
    """The limit for what the product promises to do in so many seconds: that, by a machine of its own; else longer."""
    return seconds * (3 * slowdown() - 2)


@contextmanager
def unhindered() -> Iterator[None]:
    """Around what ends without waiting for something that lasts `HANG`."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < LONG, f"it took {took:.0f} s: what hangs was waited for"
