"""The processes of a run: servers and workers that are started again whenever they end, whoever ended them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

LOOKS_EVERY = 0.1
RESTS = 0.2
"""Seconds between the end of a process and its next start, as a supervisor would leave."""
GROWN_UP = 1.5
"""Seconds after which a process is worth killing: younger ones are mostly at their imports."""
BOOTED = 3.0
"""Seconds after which a process is taken to work, on processors that it shares."""


@dataclass
class Member:
    """One process, started again and again; `port` where it serves. Its group is killed with it."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    ended: float = 0.0
    starts: int = 0
    stopped: set[int] = field(default_factory=set)

    def start(self) -> None:
        """Start it, in a group of its own. From the main thread only."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.born, self.starts = time.monotonic(), self.starts + 1

    @property
    def is_grown_up(self) -> bool:
        """Whether it has run for a while."""
        alive = self.process is not None and self.process.poll() is None
        return alive and time.monotonic() - self.born > GROWN_UP

    @property
    def children(self) -> list[int]:
        """The processes that it started, by id."""
        assert self.process is not None, "it was started"
        return [pid for pid in group(self.process.pid) if pid != self.process.pid]


@dataclass
class Household:
    """All members, kept running until the end of the block.

    `looks` are pairs of an instant (seconds of the real clock) and whether anybody could work then: a process that
    sends letters, past its start and not stopped, with its database up.
    """

    members: list[Member]
    looks: list[tuple[float, bool]] = field(default_factory=list)
    database_back_at: float = 0.0
    _groups: set[int] = field(default_factory=set)
    _keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Household":
        self._keeping = asyncio.create_task(self._keep(), name="household")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._keeping is not None, "the block was entered"
        self._keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping
        for member in self.members:
            if member.process is not None:
                end_group(member.process.pid)
                member.process.wait()
        for leader in self._groups:
            end_group(leader)

    def of(self, *kinds: str) -> list[Member]:
        """The members whose names begin with one of some words."""
        return [member for member in self.members if member.name.startswith(kinds)]

    async def _keep(self) -> None:
        while True:
            for member in self.members:
                self._look_after(member)
            self.looks.append((time.time(), self._can_work()))
            await asyncio.sleep(LOOKS_EVERY)

    def _look_after(self, member: Member) -> None:
        if member.process is None:
            member.start()
            return
        if member.process.poll() is None:
            return
        now = time.monotonic()
        if not member.ended:
            member.ended = now
            # what a master left behind works on for a while, as it would in service, then is told to go
            self._groups.add(member.process.pid)
        if now - member.ended < RESTS:
            return
        member.ended = 0.0
        member.stopped.clear()
        member.start()

    def _can_work(self) -> bool:
        now = time.monotonic()
        hands = [member for member in self.of("worker", "serve") if member.is_grown_up and not member.stopped]
        return now > self.database_back_at and any(now - member.born > BOOTED for member in hands)

    def end_orphans(self) -> None:
        """Kill what is left of processes that have ended."""
        current = {member.process.pid for member in self.members if member.process is not None}
        for leader in self._groups - current:
            end_group(leader)
        self._groups &= current


def group(leader: int) -> list[int]:
    """The living processes of a group, by id."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                state, _, its_group = entry.joinpath("stat").read_text().rpartition(")")[2].split()[:3]
                if int(its_group) == leader and state != "Z":
                    found.append(int(entry.name))
    return found


def end_group(leader: int) -> None:
    """Kill a group of processes of ours, stopped ones too; one that is gone is no matter."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
