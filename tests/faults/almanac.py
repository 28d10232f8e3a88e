"""The calendar once more, written from the rules alone (R8, R9, R13, R15 to R18): which steps it demands, and when.

Nothing here is the product's, so that both would have to be wrong in the same way for a fault to go unseen. Days are
civil days of Paris, the numbers those that the rules give by default.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
REMINDED_BEFORE_DUE = timedelta(days=5)
REMINDERS = (21, 14, 7)
SURVEY_STAYS_OPEN = timedelta(days=30)

CANCELLED = "term.cancelled"
STARTED = "term.started"
ASKED = "renewal.asked"
REMINDED = "renewal.reminded"
SKIPPED = "renewal.skipped"
EXPIRED = "subscription.expired"
PROOF_REMINDED = "proof.reminded"
STEPS = (CANCELLED, STARTED, ASKED, REMINDED, SKIPPED, EXPIRED, PROOF_REMINDED)
_ORDER = {CANCELLED: 0, STARTED: 1, ASKED: 2, REMINDED: 2, SKIPPED: 2, EXPIRED: 3, PROOF_REMINDED: 4}


@dataclass
class Year:
    """One term, with what has happened to it; `asked_to` is the day of the last letter sent or skipped."""

    id: str
    starts_on: date
    ends_on: date
    due_on: date
    is_confirmed: bool = False
    cancelled_at: datetime | None = None
    is_reminded: bool = False
    is_started: bool = False
    is_ended: bool = False
    is_declined: bool = False
    asked_to: date | None = None


@dataclass(frozen=True, order=True)
class Step:
    """What the calendar demands: an event of a kind on a term, dated `at`; `mark` tells letters of one term apart."""

    at: datetime
    order: int
    mark: str
    kind: str
    term_id: str
    on: date


def midnight(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def noon(day: date) -> datetime:
    """To which `capcom clock set` moves for a day."""
    return datetime.combine(day, time(12), PARIS).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """The day in which an instant falls."""
    return instant.astimezone(PARIS).date()


def take_steps(years: Sequence[Year], now: datetime) -> list[Step]:
    """The steps that are due by now, in order, each applied to the years."""
    taken: list[Step] = []
    while due := [step for year in years for step in _steps_of(year, years, now) if step.at <= now]:
        step = min(due)
        taken += _apply(step, years)
    return taken


def _steps_of(year: Year, years: Sequence[Year], now: datetime) -> Iterator[Step]:
    if year.cancelled_at is not None:
        return
    if not year.is_confirmed:
        yield _step(CANCELLED, year, year.due_on + DAY)
        if not year.is_reminded and day_of(now) <= year.due_on:
            yield _step(PROOF_REMINDED, year, year.due_on - REMINDED_BEFORE_DUE)
    if not year.is_started:
        yield _step(STARTED, year, year.starts_on)
    next_ones = [each for each in years if each.starts_on == year.ends_on + DAY]
    if year.is_ended or any(each.cancelled_at is None for each in next_ones):
        return
    yield _step(EXPIRED, year, year.ends_on + DAY)
    if not year.is_declined:
        fell_at = max((each.cancelled_at for each in next_ones if each.cancelled_at is not None), default=None)
        yield from _letters(year, fell_at, now)


def _letters(year: Year, fell_at: datetime | None, now: datetime) -> Iterator[Step]:
    """Of those that are due only the last is sent, and none once the year is over (R15)."""
    owed = [
        (number, on)
        for number, on in enumerate(letter_days(year.ends_on))
        if on >= year.starts_on
        and (year.asked_to is None or on > year.asked_to)
        and (fell_at is None or midnight(on) >= fell_at)
        and midnight(on) <= now
    ]
    for number, on in owed:
        if (number, on) != owed[-1] or day_of(now) > year.ends_on:
            yield _step(SKIPPED, year, on, on.isoformat())
        elif number:
            yield _step(REMINDED, year, on, str(number))
        else:
            yield _step(ASKED, year, on)


def letter_days(ends_on: date) -> list[date]:
    """The notice (R13), then the three reminders (R15)."""
    year, month = (ends_on.year, ends_on.month - 1) if ends_on.month > 1 else (ends_on.year - 1, 12)
    notice = date(year, month, min(ends_on.day, calendar.monthrange(year, month)[1]))
    return [notice, *(ends_on - timedelta(days=days) for days in REMINDERS)]


def _step(kind: str, year: Year, on: date, mark: str = "") -> Step:
    return Step(midnight(on), _ORDER[kind], mark, kind, year.id, on)


def _apply(step: Step, years: Sequence[Year]) -> list[Step]:
    year = next(each for each in years if each.id == step.term_id)
    if step.kind == CANCELLED:
        fallen = [each for each in years if each.cancelled_at is None and each.starts_on >= year.starts_on]
        for each in fallen:
            each.cancelled_at = step.at
        return [
            Step(step.at, step.order, "" if each is year else "with", CANCELLED, each.id, step.on) for each in fallen
        ]
    if step.kind == STARTED:
        year.is_started = True
        for each in years:
            if each.ends_on + DAY == year.starts_on and each.cancelled_at is None:
                each.is_ended = True
    elif step.kind == EXPIRED:
        year.is_ended = True
    elif step.kind == PROOF_REMINDED:
        year.is_reminded = True
    else:
        year.asked_to = step.on
    return [step]
