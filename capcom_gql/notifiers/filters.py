"""What the templates of letters call to write days, and the services and discounts of a plan, in their language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import say
from capcom_gql.languages.writing import short_day, spell_day, spell_list, spell_percent


def long_date(day: object, locale: str) -> str:
    """9 décembre 2026, 9 December 2026, its day and month on one line.

    Raises TypeError for what is not a civil day: an instant has a day only in a time zone.
    """
    return spell_day(_civil(day), Locale(locale)).replace(" ", "\u00a0", 1)


def short_date(day: object, locale: str) -> str:
    """09/12/2026, 9 Dec 2026: for text messages. Raises TypeError as `long_date` does."""
    return short_day(_civil(day), Locale(locale))


def services(codes: Sequence[str], locale: str) -> str:
    """The services of a plan, from their codes, as a list in words. Raises KeyError for an unknown one."""
    return spell_list([say("letters", f"service.{code}", Locale(locale)) for code in codes], Locale(locale))


def discounts(rules: Sequence[Mapping[str, object]], locale: str) -> str:
    """The discount rules of a plan as a list in words; each has `percent`, or `amount` as finished text.

    Raises KeyError for an unknown kind of event, ValueError for a rule with both or neither of the two.
    """
    reader = Locale(locale)
    sizes = [(each["event_kind"], _size(each, reader)) for each in rules]
    return spell_list([say("letters", f"discount.{kind}", reader, size=size) for kind, size in sizes], reader)


def _civil(day: object) -> date:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise TypeError(f"a date is needed, not {day!r}")
    return day


def _size(rule: Mapping[str, object], locale: Locale) -> str:
    match rule.get("percent"), rule.get("amount"):
        case int(percent), None:
            return spell_percent(percent, locale)
        case None, str(amount):
            return amount.replace(" ", "\u00a0")
    raise ValueError(f"a discount has either percent or amount: {dict(rule)!r}")
