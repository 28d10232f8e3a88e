"""The sentences of the pages for subscribers."""

import json
from collections.abc import Mapping
from importlib.resources import files

from capcom_gql.languages.locales import LOCALES, Locale

SHARED: Mapping[str, tuple[str, ...]] = {
    "choose-password": ("page", "session", "term", "account"),
    "confirm-email": ("page",),
    "login": ("page", "session", "term", "account"),
    "renew": ("page", "session", "term", "arrival"),
    "survey": ("page", "session", "term", "arrival"),
}
"""Every such page, with the sets of sentences that it shares with others."""


def load_words(name: str, language: Locale) -> dict[str, str]:
    """Every sentence of the page of that name, by key: those it shares, and its own."""
    return {key: text for part in (*SHARED[name], name) for key, text in read_words(part, language).items()}


def load_all_words(name: str) -> dict[Locale, dict[str, str]]:
    """The sentences of that page in every language."""
    return {language: load_words(name, language) for language in LOCALES}


def read_words(part: str, language: Locale) -> dict[str, str]:
    """One set of sentences, shared or a page's own, by key."""
    file = files("capcom_gql.pages").joinpath("words", f"{part}.{language}.json")
    return {str(key): str(text) for key, text in json.loads(file.read_text("utf-8")).items()}
