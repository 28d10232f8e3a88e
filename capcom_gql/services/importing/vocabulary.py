"""The words of a table of subscribers in every language of the service: headings, answers, proofs, languages."""

from collections.abc import Iterator, Mapping
from functools import cache

from capcom_gql.languages.catalogues import word_lists
from capcom_gql.languages.locales import LOCALES, Locale
from capcom_gql.languages.writing import language_name
from capcom_gql.storage.engine.columns import folded


def meaning(group: str, word: str) -> str | None:
    """The key that a word means in any language: "yes" for "oui" in the group `answer`; None for an unknown word."""
    return _meanings(group).get(folded(word))


def headings_of(column: str) -> tuple[str, ...]:
    """The headings of a column in all languages, besides its name; those of the default language first."""
    return tuple(word for words in _lists("heading", column) for word in words)


def language_of(name: str) -> Locale | None:
    """The language of the service whose name is written out in any of them: "français", "French"; None if unknown."""
    return _languages().get(folded(name))


@cache
def _meanings(group: str) -> Mapping[str, str]:
    known = {key for locale in LOCALES for key in word_lists(locale, "spreadsheet")}
    keys = [key.removeprefix(f"{group}.") for key in known if key.startswith(f"{group}.")]
    return {folded(word): key for key in keys for words in _lists(group, key) for word in words}


def _lists(group: str, key: str) -> Iterator[tuple[str, ...]]:
    return (word_lists(locale, "spreadsheet").get(f"{group}.{key}", ()) for locale in LOCALES)


@cache
def _languages() -> Mapping[str, Locale]:
    return {folded(language_name(each, reader)): each for reader in LOCALES for each in LOCALES}
