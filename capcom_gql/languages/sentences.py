"""What is said to people about what the rules and the commands decided."""

import re
from collections.abc import Mapping
from datetime import date

from capcom_gql.domain.agenda import Milestone
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.refusals import Datum, Fault
from capcom_gql.languages.catalogues import catalogue
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.writing import spell_day, spell_list

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def say(name: str, key: str, locale: Locale, /, **data: Datum) -> str:
    """A sentence of a catalogue with its data; days are spelled out, and of several words one is to be chosen.

    Raises KeyError for a key that nobody wrote, or a datum that is missing.
    """
    return catalogue(locale, name)[key].format(**{each: _word(value, locale) for each, value in data.items()})


def refusal_sentence(fault: Fault, locale: Locale) -> str:
    """What is wrong and what to do, in the reader's language."""
    return say("refusals", fault.key, locale, **fault.data)


def milestone_sentence(milestone: Milestone, locale: Locale) -> str:
    """What a day of the agenda means, in the reader's language."""
    return say("answers", f"agenda.{milestone.kind.value}", locale)


def next_step(reason: str, locale: Locale) -> str | None:
    """What to do about the answer to a check, None where there is nothing to do."""
    return catalogue(locale, "answers").get(f"next_step.{reason}")


def describe(kind: Kind, details: Mapping[str, Detail], locale: Locale) -> str:
    """An event in one sentence of the reader's language: days spelled out, codes in words."""
    return say("events", kind.value, locale, **{name: _detail(value, locale) for name, value in details.items()})


def _detail(value: Detail, locale: Locale) -> Datum:
    if not isinstance(value, str):
        return str(value)
    if (word := catalogue(locale, "events").get(f"code.{value}")) is not None:
        return word
    return date.fromisoformat(value) if _DAY.fullmatch(value) else value


def _word(datum: Datum, locale: Locale) -> str | int:
    if isinstance(datum, date):
        return spell_day(datum, locale)
    return spell_list(datum, locale, "or") if isinstance(datum, tuple) else datum
