"""A naive oracle: a diary kept day by day, that knows nothing of the product's rules but what a person would note.

Every dawn it looks at each year: unpaid and past its day, it is gone, and every later one with it; else, on its first
day, it has begun. Dates are found by walking the calendar, never by arithmetic on instants.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

A_DAY = timedelta(days=1)


@dataclass
class Year:
    """One term, as a person would note it."""

    name: str
    first: date
    last: date
    due: date
    places: int
    covers: frozenset[str]
    begun: bool
    paid: bool = False
    gone: str | None = None

    def days(self) -> frozenset[date]:
        return _days(self.first, self.last)

    def state(self, today: date) -> str:
        if self.gone:
            return "CANCELLED"
        if today not in self.days():
            return "UPCOMING" if today < self.first else "ENDED"
        return "CONFIRMED" if self.paid else "PROVISIONAL"


@dataclass(frozen=True)
class Reading:
    """What a person reads in the diary on a day."""

    state: str
    live: bool
    starts_on: date
    ends_on: date
    proof_due_on: date | None
    valid_until: date | None
    places: int
    upcoming: str | None
    barred: bool


@cache
def _days(first: date, last: date) -> frozenset[date]:
    return frozenset(first + A_DAY * count for count in range((last - first).days + 1))


def a_year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def year_from(first: date) -> frozenset[date]:
    """The days of the year that would begin on a day."""
    return _days(first, a_year_later(first) - A_DAY)


@dataclass
class Diary:
    """Everything noted about one subscription."""

    years: list[Year] = field(default_factory=list)

    def add(self, name: str, today: date, places: int, covers: frozenset[str], *, first: date | None = None) -> None:
        """A year is opened, today or from a day to come."""
        start = first or today
        due = today
        for _ in range(15):
            due += A_DAY
        self.years.append(Year(name, start, a_year_later(start) - A_DAY, due, places, covers, begun=start == today))
        self.years.sort(key=lambda year: year.first)

    def dawn(self, today: date) -> None:
        """A new day begins."""
        for place, year in enumerate(self.years):
            if not year.paid and year.gone is None and today == year.due + A_DAY:
                for fallen in self.years[place:]:
                    fallen.gone = fallen.gone or "UNPAID"
        for year in self.years:
            if year.gone is None and today == year.first:
                year.begun = True

    def running(self, today: date) -> Year | None:
        return next((year for year in self.years if year.gone is None and today in year.days()), None)

    def upcoming(self, today: date) -> Year | None:
        if self.running(today) is None:
            return None
        return next((year for year in self.years if year.gone is None and year.first > today), None)

    def awaiting(self) -> Year | None:
        """The year whose proof is awaited first."""
        unpaid = [year for year in self.years if not year.paid and year.gone is None]
        return min(unpaid, key=lambda year: year.due, default=None)

    def latest(self) -> Year:
        """The latest year that has begun."""
        return [year for year in self.years if year.begun][-1]

    def kept_days(self) -> frozenset[date]:
        """The days of every year that is not gone."""
        return frozenset[date]().union(*(year.days() for year in self.years if year.gone is None))

    def read(self, today: date) -> Reading:
        running, upcoming, awaiting, latest = (
            self.running(today),
            self.upcoming(today),
            self.awaiting(),
            self.latest(),
        )
        due = None if awaiting is None else awaiting.due
        if running is None:
            state = "CANCELLED" if latest.gone else "EXPIRED"
            barred = latest.gone == "UNPAID"
            return Reading(state, False, latest.first, latest.last, due, None, latest.places, None, barred)
        covered = self.kept_days()
        sure = frozenset[date]().union(*(year.days() for year in self.years if year.gone is None and year.paid))
        places = min(year.places for year in (running, upcoming) if year is not None)
        return Reading(
            "CONFIRMED" if running.paid else "PROVISIONAL",
            True,
            _walk(today, covered, -A_DAY),
            _walk(today, covered, A_DAY),
            due,
            _walk(today, sure, A_DAY) if running.paid else running.due,
            places,
            None if upcoming is None else upcoming.name,
            False,
        )

    def overlaps(self) -> bool:
        """Whether two years that are not gone share a day."""
        return sum(len(year.days()) for year in self.years if year.gone is None) != len(self.kept_days())


def _walk(today: date, days: frozenset[date], step: timedelta) -> date:
    """The last day reached without leaving these days."""
    while today + step in days:
        today += step
    return today
