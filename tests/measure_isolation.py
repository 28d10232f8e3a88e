"""What a hanging channel costs a good one, and a child process: `python -m tests.measure_isolation [ROUNDS]`.

Three servers as an operator starts them, each with SQLite, the worker in it, and plugins in child processes: the first
has a good channel, the others the same beside one that never answers. In the second a send may last longer than the
measurement, so that the worker has its hands full of hanging sends all the while; in the third it may last a second, so
that processes are killed and replaced, and the channel rests. In each round an organisation signs up at each (the order
changes), and the delay is measured from the answer to the mutation until the good channel has the letter. Then sends by
the registry alone: in the process, and in a child. Status 1 when a median is more than 100 ms above that of the good
channel alone. A few minutes; nothing leaves the machine.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.plugin import Message
from capcom_gql.settings import Settings
from tests.cli.installations import Installation, Serving

ROUNDS = 60
WARM_UP = 3
LIMIT_MS = 100.0
SENDS = 2_000
AT_ONCE = 8
PARTS = 6
SECONDS = 20.0

CHANNEL = """
import time
from pathlib import Path
from capcom_gql.plugin import Notifier, Sent, hookimpl

class Channel(Notifier):
    name = "{name}"
    address_kind = "email"

    def send(self, message):
{body}

@hookimpl
def capcom_notifiers():
    return [Channel]
"""
GOOD = """
        self.host.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.host.data_dir / "calls").open("a") as calls:
            calls.write(f"{message.address} {time.time()}\\n")
        return Sent()
"""
HANGS = """
        time.sleep(600)
"""


@dataclass
class Side:
    """One of the two servers, and the delays seen there, in milliseconds."""

    installation: Installation
    serving: Serving
    delays: list[float] = field(default_factory=list)

    def deed(self, name: str) -> None:
        """Sign up, and wait for the letter."""
        self.serving.sign_up(name)
        answered = time.time()
        self.delays.append(max(0.0, (self._arrival(f"{name}@ville.example") - answered)) * 1000)

    def _arrival(self, address: str) -> float:
        calls = self.installation.data_dir / "good" / "calls"
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if calls.exists():
                for line in calls.read_text().splitlines():
                    to, _, at = line.partition(" ")
                    if to == address and at:
                        return float(at)
            time.sleep(0.005)
        raise AssertionError(f"the letter to {address} has not come within {SECONDS:g} s")

    def in_hand(self) -> int:
        """How many letters the hanging channel has in hand now."""
        with closing(sqlite3.connect(self.installation.data_dir / "capcom.sqlite3", timeout=10)) as database:
            (count,) = database.execute(
                "SELECT count(*) FROM delivery WHERE channel = 'hangs' AND leased_until IS NOT NULL"
            ).fetchone()
        return int(count)


def side(stack: ExitStack, folder: Path, channels: dict[str, str], send_timeout: str) -> Side:
    """A server with these channels, and no others."""
    plugins = folder / "plugins"
    plugins.mkdir(parents=True)
    for name, body in channels.items():
        (plugins / f"{name}.py").write_text(CHANNEL.format(name=name, body=body))
    installation = Installation(folder, {}).having(
        PLUGINS_DIR=str(plugins), PLUGINS_DISABLED="mailbox", SEND_TIMEOUT=send_timeout
    )
    return Side(installation, stack.enter_context(installation.server()))


def spread(values: Sequence[float]) -> str:
    """Median, quartiles and range."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"median {middle:6.1f} ms (quartiles {low:.1f} to {high:.1f}, range {min(values):.1f} to {max(values):.1f})"


def delays(folder: Path, rounds: int) -> bool:
    """Measure the delay of the good channel on each side in turn; whether it stays within the limit."""
    both = {"good": GOOD, "hangs": HANGS}
    with ExitStack() as stack:
        sides = {
            "alone": side(stack, folder / "alone", {"good": GOOD}, "300"),
            "beside one that hangs": side(stack, folder / "hangs", both, "300"),
            "beside one that is killed": side(stack, folder / "killed", both, "1"),
        }
        in_hand = []
        for turn in range(WARM_UP + rounds):
            order = list(sides.values())
            for each in order[turn % 3 :] + order[: turn % 3]:
                each.deed(f"user{turn}")
            in_hand.append(sides["beside one that hangs"].in_hand())
        print(f"delay of a good channel, {rounds} letters on each side, in turn, after {WARM_UP} to warm up:")
        medians = {}
        for name, each in sides.items():
            measured = each.delays[WARM_UP:]
            medians[name] = statistics.median(measured)
            print(f"  {name:<26} {spread(measured)}")
        worst = max(median for name, median in medians.items() if name != "alone") - medians["alone"]
        print(f"  difference of the medians at most {worst:+.1f} ms; allowed are {LIMIT_MS:g} ms")
        print(f"  letters that hung all the while: {min(in_hand[WARM_UP:])} to {max(in_hand)}")
        return worst <= LIMIT_MS


async def throughput(folder: Path) -> None:
    """Time sends by the registry, in parts that take turns."""
    plugins = folder / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "quick.py").write_text(CHANNEL.format(name="quick", body="        return Sent()\n"))
    ways = {"in the process": ("quick",), "in a child process": ()}
    registries = {
        way: load(Settings(data_dir=folder, plugins_dir=plugins, plugins_in_process=names))
        for way, names in ways.items()
    }
    message = Message(
        id="d",
        topic="welcome",
        address="ana@ville.example",
        locale="fr",
        subject="Bienvenue",
        text="Bonjour Ana\n" * 100,
        sent_at=datetime.now(UTC),
    )
    rates: dict[str, list[float]] = {way: [] for way in ways}
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(PARTS):
        for way, registry in registries.items():

            async def worker(count: int) -> None:
                for _ in range(count):
                    began = time.perf_counter()
                    outcome = await registry.send("quick", message)  # noqa: B023  awaited before the next turn
                    assert outcome.kind is OutcomeKind.SENT
                    times[way].append((time.perf_counter() - began) * 1000)  # noqa: B023

            began = time.perf_counter()
            await asyncio.gather(*(worker(SENDS // PARTS // AT_ONCE) for _ in range(AT_ONCE)))
            rates[way].append(SENDS // PARTS // AT_ONCE * AT_ONCE / (time.perf_counter() - began))
    print(f"sends of a channel that does nothing, {AT_ONCE} at once, {PARTS} parts in turn:")
    for way, registry in registries.items():
        rate = f"{statistics.median(rates[way]):5.0f} a second ({min(rates[way]):.0f} to {max(rates[way]):.0f})"
        print(f"  {way:<20} {rate}; one takes {spread(times[way])}")
        registry.close()


def main() -> int:
    """Measure both in a folder that is thrown away."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        holds = delays(Path(folder), rounds)
        asyncio.run(throughput(Path(folder) / "quick"))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
