"""How sentences are said to people, French and English side by side: days, amounts, typography.

The rules give keys and data; the catalogues (`refusal_sentences`, `answer_sentences`) hold the words. A test holds that
both languages know every key.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

Datum = str | int | date


class Locale(StrEnum):
    """The languages of the service."""

    FR = "fr"
    EN = "en"


Sentences = Mapping[str, tuple[str, str]]

_BEFORE_MARK = re.compile(r" (?=[;:!?»])")

_MONTHS = (
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
)


def spell_day(day: date, locale: Locale) -> str:
    """A day in words: 9 décembre 2026, 9 December 2026; the first is « 1er » in French."""
    french, english = _MONTHS[day.month - 1]
    if locale is Locale.EN:
        return f"{day.day} {english} {day.year}"
    return f"{'1er' if day.day == 1 else day.day} {french} {day.year}"


def locale_of(tag: str | None) -> Locale | None:
    """The language of a tag such as fr, fr-CA or EN-gb; None where it is none of ours."""
    primary = (tag or "").strip().replace("_", "-").split("-")[0].lower()
    return Locale(primary) if primary in set(Locale) else None


def spell_money(amount_minor: int, currency: str, locale: Locale) -> str:
    """An amount of hundredths in words: 1 234,50 € in French, 1,234.50 EUR in English."""
    english = f"{amount_minor / 100:,.2f}"
    if locale is Locale.EN:
        return f"{english} {currency}"
    french = english.replace(",", "\u202f").replace(".", ",")
    return f"{french}\u00a0{'€' if currency == 'EUR' else currency}"


def say(sentences: Sentences, key: str, locale: Locale, **data: Datum) -> str:
    """A sentence of a catalogue with its data; days are spelled out. Raises KeyError for a key nobody wrote."""
    words = {name: spell_day(value, locale) if isinstance(value, date) else value for name, value in data.items()}
    french, english = sentences[key]
    return (english if locale is Locale.EN else _spaced(french)).format(**words)


def _spaced(french: str) -> str:
    """French typography: a narrow no-break space before ; : ! ? and inside « »."""
    return _BEFORE_MARK.sub("\u202f", french).replace("« ", "«\u202f")
