"""A naive oracle: a diary kept day by day, that knows nothing of the product's rules but what a person would note.

Every dawn it looks at each year: unpaid and past its day, it is gone, and every later one with it; else, on its first
day, it has begun; and if today is one of the days on which its renewal is asked for, a letter is put in the tray. Who
posts the letters looks at the tray when they are there: the one on top goes, those below it are thrown away. Dates are
found by walking the calendar, never by arithmetic on instants.
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
    declined: bool = False
    over: bool = False
    """Its end was the end of the subscription."""
    tray: list[date] = field(default_factory=list)
    posted: list[tuple[date, str]] = field(default_factory=list)
    """What became of the letters that ask for its renewal, by the day on which each was due."""

    def reminders(self) -> int:
        """How many reminders went; the letter of the first day of the row is the notice."""
        return sum(word == "sent" and day != self.row()[0] for day, word in self.posted)

    def row(self) -> list[date]:
        """The days on which its renewal is asked for: a month before its last day, then each of its last weeks."""
        return [a_month_earlier(self.last), *(self.last - A_DAY * 7 * weeks for weeks in (3, 2, 1))]

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


def a_month_earlier(day: date) -> date:
    """The day of that number in the month before, or the last day it has."""
    end_of_month_before = day.replace(day=1) - A_DAY
    while end_of_month_before.day > day.day:
        end_of_month_before -= A_DAY
    return end_of_month_before


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
        for year in self.years:
            if year.gone is None and not self.goes_on_after(year):
                if today in year.row() and not year.declined:
                    year.tray.append(today)
                if today == year.last + A_DAY:
                    year.over = True

    def goes_on_after(self, year: Year) -> bool:
        """Whether a later year is to come, or has begun, be it gone since."""
        return any(other.begun or not other.gone for other in self.years if other.first > year.last)

    def post(self, today: date) -> None:
        """Somebody posts the letters: the one on top of the tray, and none once the year is over."""
        for year in self.years:
            while year.tray:
                letter = year.tray.pop(0)
                is_top = not year.tray and today in year.days()
                year.posted.append((letter, "sent" if is_top else "skipped"))

    def reinstate(self, today: date) -> None:
        """The latest year gone unpaid is taken up again; what it would have had by now is put in the tray."""
        year = [year for year in self.years if year.gone == "UNPAID"][-1]
        year.gone, year.paid, year.begun = None, True, year.first <= today
        if not self.goes_on_after(year):
            year.over = today > year.last
            year.tray = [day for day in year.row() if day <= today and not year.declined]

    def has_something_on(self, today: date) -> bool:
        """Whether the day is one on which a worker that is up might have something to do."""
        return any(
            today in (year.first, year.due - A_DAY * 5, year.due + A_DAY, year.last + A_DAY, *year.row())
            for year in self.years
        )

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
