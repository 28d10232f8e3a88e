"""The sentences of the pages for subscribers, and a page said in the reader's language."""

import json
from collections.abc import Mapping
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse

from capcom_gql.domain.sentences import Locale
from capcom_gql.pages.language import preferred_language
from capcom_gql.pages.rendering import page

Words = Mapping[str, str]


def load_words(name: str, language: Locale) -> dict[str, str]:
    """Every sentence of the page of that name, by key: those all such pages share, then its own over them."""
    return _read("account", language) | _read(name, language)


def load_all_words(name: str) -> dict[Locale, Words]:
    """The sentences of that page in every language."""
    return {language: load_words(name, language) for language in Locale}


def said_page(request: Request, name: str, words: Mapping[Locale, Words], **values: object) -> HTMLResponse:
    """The page `name` in the language that the browser prefers; caches are told that it depends on that."""
    language = preferred_language(request.headers.get("accept-language", ""))
    response = page(request, f"{name}.html", language=language, words=words[language], **values)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    return response


def _read(name: str, language: Locale) -> dict[str, str]:
    file = files("capcom_gql.pages").joinpath("words", f"{name}.{language}.json")
    return {str(key): str(text) for key, text in json.loads(file.read_text("utf-8")).items()}
