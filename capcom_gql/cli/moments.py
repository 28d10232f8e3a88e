"""Read days, instants and durations as people type them. Each function raises ValueError with a sentence."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

FIRST_YEAR = 2000
"""The first year that is accepted."""
LAST_YEAR = 2999
"""The last year that is accepted, so that terms can be added to any date."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?")
_UNITS = ("weeks", "days", "hours", "minutes")
_DURATION = re.compile("".join(rf"(?:(?P<{unit}>\d{{1,8}}){unit[0]})?" for unit in _UNITS))
_EXAMPLES = "a day such as 2027-03-01, or an instant such as 2027-03-01T08:30:00+01:00"


def read_instant(text: str, zone: tzinfo, hour: int = 12) -> datetime:
    """An instant, in UTC: an RFC 3339 instant with its offset, or a day at `hour` o'clock in the operator's `zone`.

    Raises ValueError for any other text.
    """
    day = read_day(text)
    if day is not None:
        return datetime.combine(day, time(hour), zone).astimezone(UTC)
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"{text!r} is neither a day nor an instant; give {_EXAMPLES}.")
    try:
        instant = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(f"{text!r} does not exist; give {_EXAMPLES}.") from None
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} does not say its offset from UTC; write {text}Z, or {text}+01:00, or only the day.")
    return within_years(instant).astimezone(UTC)


def read_day(text: str) -> date | None:
    """A civil day written as YYYY-MM-DD; None for a text of another form.

    Raises ValueError for a day that does not exist, or is not between FIRST_YEAR and LAST_YEAR.
    """
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is a day that does not exist; give {_EXAMPLES}.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def within_years(instant: datetime) -> datetime:
    """The same instant. Raises ValueError if it is not between FIRST_YEAR and LAST_YEAR."""
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"{instant.isoformat()} is not between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return instant


def later(instant: datetime, duration: str, zone: tzinfo) -> datetime:
    """The instant some time later, in UTC: weeks and days keep the hour in the operator's zone, hours are exact.

    Raises ValueError for a text that is no duration, and for one that leads out of the accepted years.
    """
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groupdict().values()):
        raise ValueError(f"{duration!r} is not a duration; give weeks, days, hours or minutes, such as 15d or 1d12h.")
    weeks, days, hours, minutes = (int(found[unit] or 0) for unit in _UNITS)
    try:
        moved = instant.astimezone(zone) + timedelta(weeks=weeks, days=days)
        return within_years(moved.astimezone(UTC) + timedelta(hours=hours, minutes=minutes))
    except OverflowError:
        raise ValueError(f"{duration!r} leads past the year {LAST_YEAR}.") from None
