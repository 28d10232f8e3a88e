"""The sentences of the pages for subscribers, and what their scripts need to write days and numbers."""

from collections.abc import Mapping
from functools import cache

from capcom_gql.languages.catalogues import catalogue, conventions
from capcom_gql.languages.locales import Locale

SHARED: Mapping[str, tuple[str, ...]] = {
    "choose-password": ("page", "session", "term", "account"),
    "confirm-email": ("page",),
    "login": ("page", "session", "term", "account"),
    "renew": ("page", "session", "term", "arrival"),
    "survey": ("page", "session", "term", "arrival"),
}
"""Every such page, with the sets of sentences that it shares with others."""


@cache
def load_words(name: str, language: Locale) -> dict[str, str]:
    """Every sentence of the page of that name, by key: those it shares, and its own."""
    return {key: text for part in (*SHARED[name], name) for key, text in read_words(part, language).items()}


def read_words(part: str, language: Locale) -> Mapping[str, str]:
    """One set of sentences, shared or a page's own, by key."""
    return catalogue(language, f"pages/{part}")


def writing_of(language: Locale, digits: int | None) -> dict[str, object]:
    """How a script writes: the tag (BCP 47) for numbers and days, the first of a month, the digits of an amount."""
    own = conventions(language)
    return {"tag": own.cldr.replace("_", "-"), "firstOfMonth": own.first_of_month, "digits": digits}
