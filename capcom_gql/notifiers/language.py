"""How letters write dates, percentages, lists and codes in each language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from capcom_gql.domain.sentences import Locale, spell_day

LOCALES = ("fr", "en")

WORDS = {
    "fr": {
        "PUBLICATIONS": "les éditions",
        "DOCUMENTATION": "la documentation",
        "TRAINING": "la formation",
        "discount.TRAINING": "formations",
        "discount.MEETING": "réunions",
        "discount.FORUM": "Forum",
    },
    "en": {
        "PUBLICATIONS": "publications",
        "DOCUMENTATION": "documentation",
        "TRAINING": "training",
        "discount.TRAINING": "training courses",
        "discount.MEETING": "meetings",
        "discount.FORUM": "the Forum",
    },
}

_AND = {"fr": " et ", "en": " and "}


def long_date(day: object, locale: str) -> str:
    """9 décembre 2026, 9 December 2026; French says "1er" for the first of a month.

    Raises TypeError for what is not a civil day: an instant has a day only in a time zone.
    """
    return spell_day(_civil(day), Locale(locale))


def short_date(day: object, locale: str) -> str:
    """09/12/2026, 9 Dec 2026: for text messages. Raises TypeError as `long_date` does."""
    if locale == "fr":
        return f"{_civil(day):%d/%m/%Y}"
    number, month, year = long_date(day, locale).split(" ")
    return f"{number} {month[:3]} {year}"


def _civil(day: object) -> date:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise TypeError(f"a date is needed, not {day!r}")
    return day


def series(items: Sequence[str], locale: str) -> str:
    """a; a et b; a, b et c. Raises ValueError when there is nothing to list."""
    if not items:
        raise ValueError("there is nothing to list")
    *first, last = items
    return _AND[locale].join([", ".join(first), last]) if first else last


def services(codes: Sequence[str], locale: str) -> str:
    """The services of a plan, from their codes, as a list in words. Raises KeyError for an unknown one."""
    return series([WORDS[locale][code] for code in codes], locale)


def discounts(rules: Sequence[Mapping[str, object]], locale: str) -> str:
    """The discount rules of a plan as a list in words; each has `percent`, or `amount` as finished text."""
    return series([f"{WORDS[locale]['discount.' + str(r['event_kind'])]} {_size(r, locale)}" for r in rules], locale)


def _size(rule: Mapping[str, object], locale: str) -> str:
    percent, amount = rule.get("percent"), rule.get("amount")
    if (percent is None) == (amount is None):
        raise ValueError(f"a discount has either percent or amount: {dict(rule)!r}")
    if percent is None:
        return str(amount).replace(" ", "\u00a0")
    return f"{percent}\u00a0%" if locale == "fr" else f"{percent}%"
