"""The processes of an installation: servers and workers, started as an operator would and ended with the test."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field

from tests.cli.installations import SUBSCRIBE
from tests.patience import LONG, promised
from tests.processes import READY, outside
from tests.services.house import House

WORKER = ("-m", "capcom_gql", "worker", "--processes", "1", "--threads", "4")
IDLE_WORKER = ("-m", "dramatiq", "tests.workers.seldom", "--processes", "1", "--threads", "4", "--skip-logging")
"""A worker as the Procfile has it, whose sweeper comes by itself only after longer than any test waits."""
STOP_SECONDS = 10.0
"""What the product promises: SIGTERM ends a process within this."""


@dataclass
class Hand:
    """A process that runs."""

    process: subprocess.Popen[str]
    url: str = ""

    def stop(self) -> None:
        """SIGTERM, and the end that is promised: status 0, in time."""
        began = time.monotonic()
        self.process.terminate()
        assert self.process.wait(LONG) == 0
        assert time.monotonic() - began < promised(STOP_SECONDS)


@dataclass
class StaffRoom:
    """Every process that a test has started on its house's database."""

    house: House
    _hands: list[Hand] = field(default_factory=list)

    def api(self, *arguments: str, **settings: str) -> Hand:
        """A `capcom serve` that answers."""
        hand = self._start("-m", "capcom_gql", "serve", "--port", "0", *arguments, **settings)
        assert hand.process.stdout is not None
        line = hand.process.stdout.readline()
        assert line.startswith(READY), (line, self.log)
        hand.url = line.removeprefix(READY).strip()
        return hand

    def worker(self, *command: str, **settings: str) -> Hand:
        """A worker, which needs a second or two to boot."""
        return self._start(*(command or WORKER), **settings)

    @property
    def log(self) -> str:
        """What every process has written to its standard error."""
        path = self.house.folder / "errors.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of its processes, with nothing of ours left over from the outside."""
        kept = outside()
        return kept | self.house.environment(**settings)

    def empty(self) -> None:
        """End whatever still runs."""
        for hand in self._hands:
            # with its children: a worker has processes of its own
            if hand.process.poll() is None:
                os.killpg(hand.process.pid, signal.SIGKILL)
            hand.process.wait()
            assert hand.process.stdout is not None
            hand.process.stdout.close()

    def _start(self, *command: str, **settings: str) -> Hand:
        with (self.house.folder / "errors.log").open("a") as errors:
            process = subprocess.Popen(
                [sys.executable, *command],
                env=self.environment(**settings),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._hands.append(Hand(process))
        return self._hands[-1]


def called(house: House, times: int) -> bool:
    """Whether the channel "post" was called so often."""
    return len(house.calls("post")) == times


async def a_deed(api: Hand, name: str) -> float:
    """Sign an organisation up by the public form, and give the seconds that the answer took."""
    return await asyncio.to_thread(_sign_up, api.url, name)


def _sign_up(url: str, name: str) -> float:
    someone = {"email": f"{name}@ville.example", "givenName": name, "familyName": "Silva"}
    form = {
        "organisation": {"name": f"Ville de {name.capitalize()}", "addressLines": []},
        "planCode": "EQUIPE",
        "users": [someone],
        "managerEmail": someone["email"],
        "signer": someone,
        "acceptedTermsVersion": "1",
        "idempotencyKey": name,
    }
    body = json.dumps({"query": SUBSCRIBE, "variables": {"input": form}}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    began = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/graphql", body, headers), timeout=LONG) as response:
        answer = json.load(response)
    assert answer["data"]["subscribe"]["errors"] == []
    return time.monotonic() - began
