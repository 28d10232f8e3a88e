"""The harm: which process or server is struck, when and how, drawn from a seed."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.books import UNREACHABLE, Books
from tests.faults.gate import Gate
from tests.faults.household import Household, Member
from tests.redis_server import Redis
from tests.servers import Postgres

ORPHANS_LIVE = 3.0
"""Seconds that the children of a killed master go on, before they are killed too."""
RECOVERED = 2.0
"""Seconds after which PostgreSQL is taken to have recovered, and its clients to have seen it."""


@dataclass
class Mischief:
    """Strikes `rate` times a second until the harm is over, then leaves everything running; counts faults by kind."""

    household: Household
    books: Books
    chance: random.Random
    rate: float
    postgres: Postgres | None = None
    redis: Redis | None = None
    long_stops: float = 0.0
    server_kills: float = 1.0
    gate: Gate | None = None
    faults: Counter[str] = field(default_factory=Counter)
    log: list[tuple[float, str]] = field(default_factory=list)
    is_over: bool = False
    _mending: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: set[str] = field(default_factory=set)

    async def work(self) -> None:
        """Strike again and again."""
        while not self.is_over:
            await asyncio.sleep(self.chance.expovariate(self.rate) if self.rate else 0.5)
            if self.rate and not self.is_over:
                await self._strike()
        if self._mending:
            await asyncio.wait(self._mending)
        self.household.end_orphans()

    async def _strike(self) -> None:
        harms: dict[Callable[[], Awaitable[str | None]], float] = {
            self._stop: 34,
            self._kill_server: 6 * self.server_kills,
        }
        if self.household.of("worker"):
            harms |= {self._kill_child: 14, self._kill_master: 4}
        if self.postgres is not None:
            harms |= {self._cut: 12, self._fall: 4}
        if self.redis is not None:
            harms |= {self._flush: 14, self._restart_redis: 8, self._redis_away: 4}
        if self.gate is not None:
            harms |= {self._cut_broker: 16, self._refuse_broker: 6, self._hold_broker: 4}
        (harm,) = self.chance.choices(list(harms), list(harms.values()))
        if (name := await harm()) is not None:
            self.faults[name] += 1
            self.log.append((time.time(), name))

    def _victim(self, *kinds: str) -> Member | None:
        found = [member for member in self.household.of(*kinds) if member.is_grown_up and not member.stopped]
        return self.chance.choice(found) if found else None

    def _later(self, seconds: float, mend: Callable[[], None]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            mend()

        task = asyncio.create_task(wait())
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _stop(self) -> str | None:
        victim = self._victim("api", "serve", "worker")
        if victim is None or victim.process is None:
            return None
        pids = [victim.process.pid, *victim.children]
        victim.stopped.update(pids)
        # whoever is stopped while it writes to SQLite stops the others too
        seconds = self.chance.uniform(0.1, 0.7 if self.books.is_sqlite else 2.0)
        if not self.books.is_sqlite and self.chance.random() < self.long_stops:
            seconds = self.chance.uniform(6.5, 9.0)
        for pid in pids:
            _signal(pid, signal.SIGSTOP)

        def go_on() -> None:
            for pid in pids:
                _signal(pid, signal.SIGCONT)
            victim.stopped.difference_update(pids)

        self._later(seconds, go_on)
        return "SIGSTOP"

    async def _kill_server(self) -> str | None:
        victim = self._victim("api", "serve")
        if victim is None or victim.process is None:
            return None
        _signal(victim.process.pid, signal.SIGKILL)
        return "kill -9 of a server"

    async def _kill_child(self) -> str | None:
        victim = self._victim("worker")
        children = [] if victim is None else victim.children
        if not children:
            return None
        _signal(self.chance.choice(children), signal.SIGKILL)
        return "kill -9 of a worker"

    async def _kill_master(self) -> str | None:
        victim = self._victim("worker")
        if victim is None or victim.process is None:
            return None
        _signal(victim.process.pid, signal.SIGKILL)
        self._later(ORPHANS_LIVE, self.household.end_orphans)
        return "kill -9 of a worker's master"

    async def _cut(self) -> str | None:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        with contextlib.suppress(*UNREACHABLE):
            await self.books.rows(f"{others} current_database()")
            return "database connections cut"
        return None

    async def _fall(self) -> str | None:
        server = self.postgres
        assert server is not None
        self.household.database_back_at = time.monotonic() + RECOVERED
        server.fall()
        server.rise()
        return "immediate restart of PostgreSQL"

    async def _flush(self) -> str | None:
        assert self.redis is not None
        return None if "redis" in self._busy or self.redis.say("FLUSHALL") != "+OK" else "FLUSHALL"

    async def _restart_redis(self) -> str | None:
        return self._without_redis(self.chance.uniform(0, 0.5), "restart of Redis")

    async def _redis_away(self) -> str | None:
        if self.chance.random() < 0.5:
            return self._without_redis(self.chance.uniform(2, 4), "broker unreachable")
        if "redis" in self._busy or self.redis is None:
            return None
        self._busy.add("redis")
        pid = self.redis.process.pid
        _signal(pid, signal.SIGSTOP)

        def go_on() -> None:
            _signal(pid, signal.SIGCONT)
            self._busy.discard("redis")

        self._later(self.chance.uniform(1, 4), go_on)
        return "broker unreachable"

    async def _cut_broker(self) -> str | None:
        assert self.gate is not None
        self.gate.cut()
        return "broker connections cut"

    async def _refuse_broker(self) -> str | None:
        gate = self.gate
        assert gate is not None
        if not gate.is_open:
            return None
        gate.is_open = False
        gate.cut()

        def back() -> None:
            gate.is_open = True

        self._later(self.chance.uniform(1, 4), back)
        return "broker unreachable"

    async def _hold_broker(self) -> str | None:
        gate = self.gate
        assert gate is not None
        gate.hold(held=True)
        self._later(self.chance.uniform(1, 4), lambda: gate.hold(held=False))
        return "broker unreachable"

    def _without_redis(self, seconds: float, name: str) -> str | None:
        if "redis" in self._busy or self.redis is None:
            return None
        self._busy.add("redis")
        redis = self.redis
        redis.stop()

        def back() -> None:
            redis.start()
            self._busy.discard("redis")

        self._later(seconds, back)
        return name


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
