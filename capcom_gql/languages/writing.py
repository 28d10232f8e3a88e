"""How a language writes days, amounts, percentages and lists: by the Unicode CLDR, and its own conventions over it."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale as CldrLocale
from babel.dates import format_date, get_date_format
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from capcom_gql.currencies import digits_of
from capcom_gql.languages.catalogues import conventions
from capcom_gql.languages.locales import Locale


@lru_cache(maxsize=4096)
def spell_day(day: date, locale: Locale) -> str:
    """A day in words: 9 décembre 2026, 9 December 2026; the first of a month is « 1er » in French."""
    own = conventions(locale)
    return _written(day, own.long_day or get_date_format("long", own.cldr).pattern, locale)


@lru_cache(maxsize=4096)
def short_day(day: date, locale: Locale) -> str:
    """A day in few characters: 09/12/2026, 9 Dec 2026."""
    own = conventions(locale)
    return _written(day, own.short_day or get_date_format("short", own.cldr).pattern, locale)


def _written(day: date, pattern: str, locale: Locale) -> str:
    own = conventions(locale)
    if day.day == 1 and own.first_of_month:
        pattern = re.sub(r"(?<!d)d(?!d)", f"'{own.first_of_month}'", pattern)
    if own.short_months:
        pattern = re.sub(r"(?<!M)MMM(?!M)", f"'{own.short_months[day.month - 1]}'", pattern)
    return format_date(day, pattern, own.cldr)


def spell_money(amount_minor: int, currency: str, locale: Locale) -> str:
    """An amount of minor units in words, with its currency's digits: 1 234,50 €, 1,234.50 EUR; 1 234 JPY, 1,234 JPY."""
    own = conventions(locale)
    digits = digits_of(currency)
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    number = format_decimal(Decimal(amount_minor).scaleb(-digits), pattern, own.cldr)
    return own.amount.format(number=number, currency=own.currencies.get(currency, currency))


def spell_percent(percent: int, locale: Locale) -> str:
    """A percentage: 20 %, 20%."""
    return format_percent(percent / 100, locale=conventions(locale).cldr)


def language_name(code: str, reader: Locale) -> str:
    """The name of a language in the reader's: français, French."""
    return str(CldrLocale.parse(conventions(reader).cldr).languages[code])


def spell_list(items: Sequence[str], locale: Locale, style: Literal["standard", "or"] = "standard") -> str:
    """a; a et b; a, b et c; with "or": a, b ou c. Raises ValueError when there is nothing to list."""
    if not items:
        raise ValueError("there is nothing to list")
    return format_list(items, style, conventions(locale).cldr)
