"""A simulation from its first day to its last: the clock is moved day by day, everything else is the product's."""

import calendar
import gc
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from time import process_time

from capcom_gql import clock
from capcom_gql.cli.simulation.checks import Broken, check_present
from capcom_gql.cli.simulation.deeds import Deeds
from capcom_gql.cli.simulation.events import Events
from capcom_gql.cli.simulation.figures import Month, count, month_of
from capcom_gql.cli.simulation.history import check_history
from capcom_gql.cli.simulation.life import Life
from capcom_gql.cli.simulation.post import SimulatedPost
from capcom_gql.cli.simulation.record import read_history, read_present
from capcom_gql.runtime import Runtime, runtime_of
from capcom_gql.services.tick import tick
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import migrate, open_database
from capcom_gql.storage.installation import database_url
from capcom_gql.storage.product_clock import set_product_clock

FIRST_DAY = date(2027, 1, 1)
"""The same for every run, so that a seed gives the same figures on any day."""
MORNING = time(9)
"""Of every day: the calendar's letters of 08:00 have left, people come to their desks."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be simulated."""

    years: int
    organisations: int
    seed: int

    @property
    def last_day(self) -> date:
        """The last day."""
        return FIRST_DAY.replace(year=FIRST_DAY.year + self.years) - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [FIRST_DAY + timedelta(days=number) for number in range((self.last_day - FIRST_DAY).days + 1)]


@dataclass(slots=True)
class SimulationOutcome:
    """What came of it. Times are in seconds, `seconds` by part; everything else follows from the wish."""

    wish: Wish
    months: list[Month] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor_seconds: float = 0.0


async def simulate(settings: Settings, wish: Wish, on_day: Callable[[date], None]) -> SimulationOutcome:
    """Play it on the scratch database of these settings, which is made, and stop where an invariant breaks."""
    began = process_time()
    url = database_url(settings)
    await migrate(url)
    post = SimulatedPost(settings)
    # what is loaded by now stays: going through it again and again would cost a twentieth of the time
    gc.freeze()
    async with open_database(url):
        outcome = await _Run(runtime_of(settings, post.registry), post, wish).play(on_day)
    outcome.processor_seconds = process_time() - began
    return outcome


class _Run:
    def __init__(self, runtime: Runtime, post: SimulatedPost, wish: Wish) -> None:
        self._runtime = runtime
        self._post = post
        self._deeds = Deeds(runtime)
        self._life = Life(self._deeds, wish.seed)
        self._events = Events(self._life, wish.seed)
        self._live: set[str] = set()
        self._outcome = SimulationOutcome(wish)

    async def play(self, on_day: Callable[[date], None]) -> SimulationOutcome:
        outcome, wish = self._outcome, self._outcome.wish
        await self._morning(FIRST_DAY - timedelta(days=1))
        await self._deeds.begin()
        self._life.begin(wish.organisations, FIRST_DAY, wish.last_day)
        for day in wish.days:
            await self._day(day)
            on_day(day)
            if outcome.broken:
                break
        await self._timed("checks", self._sum_up())
        outcome.answers, outcome.refused = self._events.answers, self._deeds.refused
        return outcome

    async def _day(self, day: date) -> None:
        await self._timed("clock", self._morning(day))
        await self._settle()
        plans = self._life.wake(day)
        if day.day == 1:
            self._life.plan_month(self._live)
        await self._events.announce(day)
        for plan in plans:
            await self._timed("deeds", plan())
            # at once, as a server does: what changes next must not find letters of before
            await self._settle()
        if day.day == calendar.monthrange(day.year, day.month)[1]:
            await self._timed("checks", self._end_month(day))

    async def _morning(self, day: date) -> None:
        await set_product_clock(datetime.combine(day, MORNING, self._runtime.policy.zone))

    async def _settle(self) -> None:
        """What is due is recorded and sent, and the letters are read."""
        await self._timed("calendar and letters", tick(self._runtime, self._post.registry, until_idle=True))
        for message in self._post.mail.read():
            await self._timed("reading letters", self._life.read(message))

    async def _end_month(self, day: date) -> None:
        present = await read_present(self._runtime.policy)
        self._live = {name for name, row in present.statuses.items() if row["is_live"]}
        self._outcome.months.append(month_of(day, present.statuses.values()))
        self._outcome.broken += check_present(present)

    async def _sum_up(self) -> None:
        history = await read_history(self._runtime.policy)
        count(self._outcome.months, history)
        self._outcome.broken += check_history(history, self._post.handed_over, self._deeds.surprises)

    async def _timed(self, part: str, work: Awaitable[object]) -> None:
        began = clock.monotonic()
        await work
        self._outcome.seconds[part] += clock.monotonic() - began
