"""The hands of the clock: moved from stop to stop, and at each the calendar's demands are waited for."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from subprocess import TimeoutExpired

from tests.faults.almanac import Year, day_of, noon, take_steps
from tests.faults.books import UNREACHABLE, Books, day, instant, maybe_day
from tests.processes import capcom

LOOKS_EVERY = 0.3
MOVES_WITHIN = 90.0
# Days from the beginning of a year at which something is due on what was opened then: the proof's reminder, its
# due day over, nothing, the notice, the three reminders, the end.
STATIONS = (10, 16, 190, 334, 344, 351, 358, 366)
PASSED_OVER = 0.15
"""How often a stop is left out, so that the next has more than one step to catch up on."""


class Stuck(Exception):
    """Steps that the calendar demands were not recorded in time; the text names some."""


@dataclass
class Hands:
    """Moves the product's clock by its own command. `stops` are the instants at which it was set, from the first."""

    books: Books
    env: dict[str, str]
    chance: random.Random
    recorded_within: float
    stops: list[datetime] = field(default_factory=list)
    slowest_stop: float = 0.0

    def plan(self, first: date) -> Iterator[date]:
        """Days to stop at, year after year, without end."""
        begins = first
        while True:
            for days in STATIONS:
                if days == STATIONS[-1] or self.chance.random() >= PASSED_OVER:
                    yield begins + timedelta(days=days)
            begins += timedelta(days=STATIONS[-1])

    async def move_to(self, when: date) -> None:
        """Move the clock; a failure that leaves it where it was is tried again."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + MOVES_WITHIN
        while True:
            try:
                await asyncio.to_thread(capcom, "clock", "set", when.isoformat(), env=self.env)
            except (AssertionError, TimeoutExpired) as error:
                if loop.time() > deadline:
                    raise Stuck(f"the clock cannot be moved to {when}: {error}") from error
            if await self._is_at(when):
                self.stops.append(noon(when))
                return
            await asyncio.sleep(0.5)

    async def settled(self) -> None:
        """Wait until every step that the calendar demands by now is among the facts. Raises Stuck."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            try:
                left = await self._outstanding()
            except UNREACHABLE:
                left = ["the database does not answer"]
            self.slowest_stop = max(self.slowest_stop, loop.time() - began)
            if not left:
                return
            if loop.time() - began > self.recorded_within:
                raise Stuck(f"{len(left)} steps were not recorded within {self.recorded_within:g} s: {left[:3]}")
            await asyncio.sleep(LOOKS_EVERY)

    async def now(self) -> datetime:
        """The product's present instant."""
        (row,) = await self.books.rows("SELECT CURRENT_TIMESTAMP AS now")
        read = instant(row["now"])
        assert read is not None, "the database knows the time"
        return read + await self.books.ahead()

    async def _is_at(self, when: date) -> bool:
        try:
            return day_of(await self.now()) == when
        except UNREACHABLE:
            return False

    async def _outstanding(self) -> list[str]:
        towns: dict[str, list[Year]] = {}
        for row in await self.books.rows("SELECT * FROM term"):
            towns.setdefault(row["subscription_id"], []).append(
                Year(
                    id=row["id"],
                    starts_on=day(row["starts_on"]),
                    ends_on=day(row["ends_on"]),
                    due_on=day(row["proof_due_on"]),
                    is_confirmed=row["confirmed_at"] is not None,
                    cancelled_at=instant(row["unpaid_at"]),
                    is_reminded=row["proof_reminded_at"] is not None,
                    is_started=row["started_at"] is not None,
                    is_ended=row["ended_at"] is not None,
                    is_declined=row["declined_at"] is not None,
                    asked_to=maybe_day(row["renewal_settled_to"]),
                )
            )
        now = await self.now()
        return [f"{step.kind} of {step.term_id}" for years in towns.values() for step in take_steps(years, now)]
