"""Run a simulation from its first day to its last: the product's clock is moved day by day; the rest is the product."""

import calendar
import gc
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from time import process_time

from capcom_gql import clock
from capcom_gql.cli.simulation.checks import Violation, check_present
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
"""The first day of every simulation, so that a seed gives the same figures whenever it runs."""
MORNING = time(9)
"""The time of each simulated day, in the operator's zone: after 08:00, when the calendar's letters are sent."""


@dataclass(frozen=True, slots=True)
class SimulationInput:
    """The parameters of a simulation."""

    years: int
    organisations: int
    seed: int

    @property
    def last_day(self) -> date:
        """The last simulated day."""
        return FIRST_DAY.replace(year=FIRST_DAY.year + self.years) - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        """Every simulated day, in order."""
        return [FIRST_DAY + timedelta(days=number) for number in range((self.last_day - FIRST_DAY).days + 1)]


@dataclass(slots=True)
class SimulationOutcome:
    """The result of a simulation. `seconds` are real seconds by part; all but the times follows from the parameters."""

    parameters: SimulationInput
    months: list[Month] = field(default_factory=list)
    broken: list[Violation] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor_seconds: float = 0.0


async def simulate(
    settings: Settings, parameters: SimulationInput, on_day: Callable[[date], None]
) -> SimulationOutcome:
    """Run a simulation on a new scratch database, that of `settings`; it ends early if an invariant is violated.

    `on_day` is called after each day.
    """
    began = process_time()
    url = database_url(settings)
    await migrate(url)
    post = SimulatedPost(settings)
    # the garbage collector need not examine what is loaded so far: that would cost a twentieth of the time
    gc.freeze()
    async with open_database(url):
        outcome = await _Run(runtime_of(settings, post.registry), post, parameters).play(on_day)
    outcome.processor_seconds = process_time() - began
    return outcome


class _Run:
    def __init__(self, runtime: Runtime, post: SimulatedPost, parameters: SimulationInput) -> None:
        self._runtime = runtime
        self._post = post
        self._deeds = Deeds(runtime)
        self._life = Life(self._deeds, parameters.seed)
        self._events = Events(self._life, parameters.seed)
        self._live: set[str] = set()
        self._outcome = SimulationOutcome(parameters)

    async def play(self, on_day: Callable[[date], None]) -> SimulationOutcome:
        outcome, parameters = self._outcome, self._outcome.parameters
        await self._morning(FIRST_DAY - timedelta(days=1))
        await self._deeds.begin()
        self._life.begin(parameters.organisations, FIRST_DAY, parameters.last_day)
        for day in parameters.days:
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
        plans = self._life.take_plans(day)
        if day.day == 1:
            self._life.plan_month(self._live)
        await self._events.announce(day)
        for plan in plans:
            await self._timed("deeds", plan())
            # at once, as a server does: the next action must not find letters of the previous one
            await self._settle()
        if day.day == calendar.monthrange(day.year, day.month)[1]:
            await self._timed("checks", self._end_month(day))

    async def _morning(self, day: date) -> None:
        await set_product_clock(datetime.combine(day, MORNING, self._runtime.policy.zone))

    async def _settle(self) -> None:
        """Record and send what is due, and let the recipients read their letters."""
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
        self._outcome.broken += check_history(history, self._post.handed_over, self._deeds.unexpected_refusals)

    async def _timed(self, part: str, work: Awaitable[object]) -> None:
        began = clock.monotonic()
        await work
        self._outcome.seconds[part] += clock.monotonic() - began
