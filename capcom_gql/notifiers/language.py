"""How letters write dates, percentages, lists and codes in each language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from capcom_gql.languages.locales import Locale
from capcom_gql.languages.writing import spell_day

WORDS = {
    "fr": {
        "PUBLICATIONS": "les éditions",
        "DOCUMENTATION": "la documentation",
        "TRAINING": "la formation",
        "discount.TRAINING": "{size} sur les formations",
        "discount.MEETING": "{size} sur les réunions",
        "discount.FORUM": "{size} sur le Forum",
    },
    "en": {
        "PUBLICATIONS": "publications",
        "DOCUMENTATION": "documentation",
        "TRAINING": "training",
        "discount.TRAINING": "{size} off training courses",
        "discount.MEETING": "{size} off meetings",
        "discount.FORUM": "{size} off the Forum",
    },
}

SIGNS = {
    "fr": {
        "colon": "\u202f:",
        "instead": "Si le bouton ne s’ouvre pas, copiez cette adresse dans votre navigateur\u202f:",
    },
    "en": {"colon": ":", "instead": "If the button does not open, copy this address into your browser:"},
}
"""What the pieces of letters (`templates/pieces.<form>.jinja`) say by themselves."""

_AND = {"fr": " et ", "en": " and "}


def long_date(day: object, locale: str) -> str:
    """9 décembre 2026, 9 December 2026, its day and month on one line; French says "1er" for the first of a month.

    Raises TypeError for what is not a civil day: an instant has a day only in a time zone.
    """
    return spell_day(_civil(day), Locale(locale)).replace(" ", "\u00a0", 1)


def short_date(day: object, locale: str) -> str:
    """09/12/2026, 9 Dec 2026: for text messages. Raises TypeError as `long_date` does."""
    if locale == "fr":
        return f"{_civil(day):%d/%m/%Y}"
    number, month, year = long_date(day, locale).split()
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
    words = WORDS[locale]
    return series([words[f"discount.{each['event_kind']}"].format(size=_size(each, locale)) for each in rules], locale)


def _size(rule: Mapping[str, object], locale: str) -> str:
    percent, amount = rule.get("percent"), rule.get("amount")
    if (percent is None) == (amount is None):
        raise ValueError(f"a discount has either percent or amount: {dict(rule)!r}")
    if percent is None:
        return str(amount).replace(" ", "\u00a0")
    return f"{percent}\u00a0%" if locale == "fr" else f"{percent}%"
