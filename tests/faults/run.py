"""One run from its first server to its verdict; whatever happens, every process that it started is ended."""

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults import trace
from tests.faults.books import UNREACHABLE, Books
from tests.faults.client import PATIENCE, Client
from tests.faults.deeds import Deed
from tests.faults.gate import Gate
from tests.faults.hands import Hands, Stuck
from tests.faults.household import Household, Member
from tests.faults.life import Life
from tests.faults.mischief import Mischief
from tests.faults.verdict import Verdict, judge
from tests.processes import capcom, environment
from tests.redis_server import Redis
from tests.servers import Postgres, ending_with_us, free_port

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = Path(__file__).parent / "plugins"
UP_WITHIN = 60.0
SERVERS, WORKERS = 2, 3
HURRY = "UPDATE delivery SET next_attempt_at = '2000-01-01 00:00:00+00:00' WHERE state = 'RETRYING'"


@dataclass(frozen=True)
class Plan:
    """What to run: `seconds` of deeds and harm, `rate` faults and `pace` deeds a second at most.

    Limits of time are generous: they bear with a machine that others use too, and the figures say what was reached.

    `broker` is `redis` (one of our own), `none`, or the address of another. `long_stops`: how often a stopped process
    is left so for longer than any lease; `server_kills`: how many times as often as usual servers are killed. `tree`
    is where the product's code lies.
    """

    seconds: float = 30.0
    seed: int = 1
    database: str = "postgres"
    broker: str = "redis"
    rate: float = 1.6
    pace: float = 20.0
    towns: int = 60
    clients: int = 8
    dwell: float = 2.0
    recorded_within: float = 45.0
    drained_within: float = 60.0
    resumed_within: float = 20.0
    long_stops: float = 0.12
    server_kills: float = 1.0
    tree: Path = ROOT


@dataclass
class Report:
    """What a run has shown."""

    plan: Plan
    verdict: Verdict = field(default_factory=Verdict)
    faults: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    stops: int = 0
    slowest_stop: float = 0.0
    unanswered: int = 0
    drained: float = 0.0
    seconds: float = 0.0
    ages: list[tuple[float, float]] = field(default_factory=list)
    """Of each piece of work that was left behind: seconds until it was taken up, and those with anybody there."""


def run(plan: Plan, folder: Path) -> Report:
    """Run it in a folder, which keeps the logs. From the main thread only. Raises ServerUnavailable."""
    for left in (*folder.glob("received.*"), *folder.glob("capcom.sqlite3*")):
        left.unlink()
    with contextlib.ExitStack() as servers:
        postgres = servers.enter_context(Postgres(keeps=True)) if plan.database == "postgres" else None
        redis = servers.enter_context(Redis()) if plan.broker == "redis" else None
        if postgres is None:
            url = f"sqlite:///{folder / 'capcom.sqlite3'}"
        else:
            url = asyncio.run(postgres.create_database("faults"))
        receiver = servers.enter_context(_receiver(folder / "received.jsonl", plan.seed))
        broker = {"none": ""}.get(plan.broker, plan.broker) if redis is None else redis.url
        env = environment(url, folder / "data") | {
            "CAPCOM_BROKER_URL": broker,
            "CAPCOM_PLUGINS_DIR": str(PLUGINS),
            "CAPCOM_CHANNELS": "loopback_post",
            # it is the workers that are killed here
            "CAPCOM_PLUGINS_IN_PROCESS": "loopback_post",
            "CAPCOM_NOTIFY__LOOPBACK_POST__PORT": str(receiver),
            "PYTHONPATH": f"{plan.tree}:{plan.tree / 'plugins/mailbox'}",
            # the working folder would come before that tree
            "PYTHONSAFEPATH": "1",
        }
        return asyncio.run(_Run(plan, folder, url, env, postgres, redis).go())


class _Run:
    def __init__(
        self,
        plan: Plan,
        folder: Path,
        url: str,
        env: dict[str, str],
        postgres: Postgres | None,
        redis: Redis | None,
    ) -> None:
        self._plan, self._folder, self._env = plan, folder, env
        self._postgres, self._redis = postgres, redis
        self._books = Books(url)
        self._report = Report(plan)
        self._gate: Gate | None = None
        self._ledger: list[Deed] = []
        self._stops: list[datetime] = []

    async def go(self) -> Report:
        began = time.monotonic()
        await asyncio.to_thread(capcom, "migrate", env=self._env)
        await trace.lay(self._books)
        token = await asyncio.to_thread(capcom, "staff", "add", "staff@capcom.example", "--token", env=self._env)
        async with contextlib.AsyncExitStack() as stack:
            if self._plan.broker.startswith("amqp"):
                self._gate = await stack.enter_async_context(Gate(self._plan.broker))
                self._env["CAPCOM_BROKER_URL"] = self._gate.url
            members = self._members()
            household = await stack.enter_async_context(Household(members))
            ports = [member.port for member in members if member.port is not None]
            await _up(ports)
            await self._live(household, Client(ports, token, self._chance("client")))
        # about what is written, once nobody writes any more
        received = _read(self._folder / "received.jsonl")
        self._report.verdict = await judge(self._books, self._ledger, self._stops, received)
        self._report.complaints += self._report.verdict.complaints
        self._report.ages = [(orphan.age, orphan.attended(household.looks)) for orphan in self._report.verdict.resumed]
        self._report.complaints += [
            f"LATE {attended:.1f} s until left work was taken up by somebody who could"
            for _, attended in self._report.ages
            if attended > self._plan.resumed_within
        ]
        self._report.seconds = time.monotonic() - began
        return self._report

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self._plan.seed}:{name}")

    async def _live(self, household: Household, client: Client) -> None:
        plan, report = self._plan, self._report
        life = Life(client, self._chance("life"), plan.pace, plan.towns, plan.clients, self._ledger)
        mischief = Mischief(
            household,
            self._books,
            self._chance("mischief"),
            plan.rate,
            self._postgres,
            self._redis,
            plan.long_stops,
            plan.server_kills,
            self._gate,
        )
        hands = Hands(self._books, self._env, self._chance("hands"), plan.recorded_within, self._stops)
        ends_at = time.monotonic() + plan.seconds
        living = asyncio.create_task(life.live())
        harming = asyncio.create_task(mischief.work())
        is_stuck = False
        try:
            await self._turn(hands, life, ends_at)
        except Stuck as stuck:
            is_stuck = True
            report.complaints.append(f"LOST {stuck}")
        mischief.is_over = life.is_over = True
        await harming
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(living, 1 if is_stuck else PATIENCE)
        report.complaints += life.complaints
        report.faults, report.unanswered = dict(mischief.faults), client.unanswered
        report.stops, report.slowest_stop = len(hands.stops), hands.slowest_stop
        if not is_stuck:
            await self._settle(hands)

    async def _turn(self, hands: Hands, life: Life, ends_at: float) -> None:
        """Move the clock again and again, while deeds and harm go on."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._plan.dwell)
        for when in hands.plan((await _patiently(hands.now)).date()):
            if time.monotonic() > ends_at:
                return
            arrived = loop.time()
            await hands.move_to(when)
            life.stop += 1
            await hands.settled()
            await asyncio.sleep(max(0.0, self._plan.dwell - (loop.time() - arrived)))

    async def _settle(self, hands: Hands) -> None:
        """The harm is over: everything that is due must now be recorded and sent, with no further help but time."""
        self._folder.joinpath("received.kind").touch()
        began = time.monotonic()
        try:
            await hands.settled()
        except Stuck as stuck:
            self._report.complaints.append(f"LOST {stuck}")
        while await self._waiting() and time.monotonic() - began < self._plan.drained_within:
            # the schedule of tries has hours in it, which this run has not
            with contextlib.suppress(*UNREACHABLE):
                await self._books.script(HURRY)
            await asyncio.sleep(0.5)
        self._report.drained = time.monotonic() - began

    async def _waiting(self) -> int:
        sql = "SELECT count(*) AS waiting FROM delivery WHERE state IN ('PENDING', 'RETRYING')"
        try:
            return int((await self._books.rows(sql))[0]["waiting"])
        except UNREACHABLE:
            return -1

    def _members(self) -> list[Member]:
        is_split = self._plan.database == "postgres"
        members = []
        for number in range(SERVERS):
            port = free_port()
            words = ["serve", "--port", str(port), *(["--api-only"] if is_split else [])]
            members.append(self._member(f"{'api' if is_split else 'serve'}-{number}", words, port))
        for number in range(WORKERS if is_split else 0):
            members.append(self._member(f"worker-{number}", ["worker", "--processes", "1"]))
        return members

    def _member(self, name: str, words: list[str], port: int | None = None) -> Member:
        command = [*ending_with_us("KILL"), sys.executable, "-m", "capcom_gql", *words]
        return Member(name, command, self._env, self._folder / f"{name}.log", port)


@contextlib.contextmanager
def _receiver(log: Path, seed: int) -> Iterator[int]:
    """The receiver's port, while its process runs."""
    process = subprocess.Popen(
        [*ending_with_us("KILL"), sys.executable, "-m", "tests.faults.receiver", str(log), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def _up(ports: list[int]) -> None:
    deadline = time.monotonic() + UP_WITHIN
    for port in ports:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert time.monotonic() < deadline, f"no server on port {port}"
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break


async def _patiently(look: Any) -> Any:
    while True:
        try:
            return await look()
        except UNREACHABLE:
            await asyncio.sleep(0.2)


def _read(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
