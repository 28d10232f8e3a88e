"""The other end of the post, a process of its own: it writes every letter down before it answers, and answers badly.

`python -m tests.faults.receiver LOG SEED` prints its port. One line of JSON for each letter received: `fate` is
`taken`, `refused` (an answer that says so: nothing was taken) or `dropped` (taken, but the answer never leaves). What
it does to an attempt follows from the seed alone. An empty file `LOG.kind` makes it answer well from then on.
"""

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from pathlib import Path

REFUSED, DROPPED, SLOW = 0.05, 0.05, 0.02
LONGEST = 3.0
"""Seconds that a slow answer takes at most."""
REQUEST_WITHIN = 30.0


def fate_of(seed: str, delivery: str, attempt: int) -> tuple[str, float]:
    """What befalls an attempt, and the seconds before its answer."""
    chance = random.Random(f"{seed}:{delivery}:{attempt}")
    drawn = chance.random()
    fate = "refused" if drawn < REFUSED else "dropped" if drawn < REFUSED + DROPPED else "taken"
    return fate, chance.uniform(0, LONGEST) if chance.random() < SLOW else 0.0


async def serve(log: Path, seed: str) -> None:
    """Receive until the process is ended."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    kind = log.with_suffix(".kind")

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(REQUEST_WITHIN):
                letter = json.loads(await reader.readline())
            fate, wait = ("taken", 0.0) if kind.exists() else fate_of(seed, letter["id"], letter["attempt"])
            os.write(out, json.dumps({**letter, "fate": fate, "at": time.time()}).encode() + b"\n")
            await asyncio.sleep(wait)
            if fate != "dropped":
                writer.write(f"{fate}\n".encode())
                await writer.drain()

    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
