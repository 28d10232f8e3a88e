"""The page a one-time link leads to: choose a password, then see one's account (R7)."""

import json
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.domain.passwords import MIN_LENGTH
from capcom_gql.domain.sentences import Locale
from capcom_gql.pages.language import preferred_language
from capcom_gql.pages.rendering import page


def load_words(language: Locale) -> dict[str, str]:
    """Every sentence of the page in that language, by key."""
    file = files("capcom_gql.pages").joinpath("words", f"choose-password.{language}.json")
    return {str(key): str(text) for key, text in json.loads(file.read_text("utf-8")).items()}


def choose_password_routes() -> list[BaseRoute]:
    """GET /choose-password?token=...

    The token is read by the page's script alone, which takes it out of the visible address, posts it to the
    API with the password, and keeps nothing. The server does not look at it here: the API judges it.
    """
    words = {language: load_words(language) for language in Locale}

    async def choose_password(request: Request) -> HTMLResponse:
        language = preferred_language(request.headers.get("accept-language", ""))
        response = page(request, "choose-password.html", language=language, words=words[language], shortest=MIN_LENGTH)
        response.headers["Content-Language"] = language
        response.headers["Vary"] = "Accept-Language"
        return response

    return [Route("/choose-password", choose_password, methods=["GET"])]
