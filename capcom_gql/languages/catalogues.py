"""The sentences of a language, by key: one TOML file is one catalogue, read once, its signs set as the language wants.

A key within a table is written after the table's name and a point: `opened` in `[subscription]` is
`subscription.opened`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from capcom_gql.languages.locales import LANGUAGE_FILE, Locale

NARROW_SPACE = "\u202f"
"""The narrow no-break space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """What neither the catalogues nor CLDR say of a language: its `language.toml`.

    `cldr` is the locale of the Unicode CLDR that gives months, numbers and lists. Patterns of days are CLDR's; where
    one is not given, so is its choice. `narrow_space_before` and `after` are the signs that such a space keeps at
    a distance. `amount` places {number} and {currency}; `currencies` are those written otherwise than by their code.
    """

    cldr: str
    long_day: str = ""
    short_day: str = ""
    first_of_month: str = ""
    short_months: Sequence[str] = ()
    narrow_space_before: str = ""
    narrow_space_after: str = ""
    amount: str
    currencies: Mapping[str, str] = field(default_factory=dict)


@cache
def conventions(locale: Locale) -> Conventions:
    """The conventions of a language. Raises TypeError for a name in its file that means nothing, or one missing."""
    given: dict[str, Any] = tomllib.loads((locale.folder / LANGUAGE_FILE).read_text(encoding="utf-8"))
    return Conventions(**given)


@cache
def catalogue(locale: Locale, name: str) -> Mapping[str, str]:
    """The sentences of the file of that name (`pages/login` is `pages/login.toml`), by key, in their order.

    Raises FileNotFoundError for a catalogue that nobody wrote.
    """
    given = tomllib.loads((locale.folder / f"{name}.toml").read_text(encoding="utf-8"))
    return MappingProxyType({key: spaced(str(sentence), locale) for key, sentence in _flat(given)})


@cache
def word_lists(locale: Locale, name: str) -> Mapping[str, tuple[str, ...]]:
    """The words of a file of lists, by key as those of a catalogue. Raises FileNotFoundError as `catalogue` does."""
    given = tomllib.loads((locale.folder / f"{name}.toml").read_text(encoding="utf-8"))
    return MappingProxyType({key: tuple(words) for key, words in _flat(given)})


def spaced(sentence: str, locale: Locale) -> str:
    """A sentence with the narrow no-break spaces that the language wants in place of the plain ones around signs."""
    before, after = conventions(locale).narrow_space_before, conventions(locale).narrow_space_after
    if before:
        sentence = re.sub(f" (?=[{re.escape(before)}])", NARROW_SPACE, sentence)
    if after:
        sentence = re.sub(f"(?<=[{re.escape(after)}]) ", NARROW_SPACE, sentence)
    return sentence


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
