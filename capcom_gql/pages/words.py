"""The sentences of the pages for subscribers."""

import json
from importlib.resources import files

from capcom_gql.domain.sentences import Locale


def load_words(name: str, language: Locale) -> dict[str, str]:
    """Every sentence of the page of that name, by key: its own and those that all such pages share."""
    return _read("account", language) | _read(name, language)


def load_all_words(name: str) -> dict[Locale, dict[str, str]]:
    """The sentences of that page in every language."""
    return {language: load_words(name, language) for language in Locale}


def _read(name: str, language: Locale) -> dict[str, str]:
    file = files("capcom_gql.pages").joinpath("words", f"{name}.{language}.json")
    return {str(key): str(text) for key, text in json.loads(file.read_text("utf-8")).items()}
