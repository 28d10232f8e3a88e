"""The page a one-time link leads to: choose a password, then see one's account (R7)."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.domain.passwords import MIN_LENGTH
from capcom_gql.pages.language import language_of, said_in
from capcom_gql.pages.rendering import page
from capcom_gql.pages.words import load_all_words


def choose_password_routes() -> list[BaseRoute]:
    """GET /choose-password?token=...

    The token is read by the page's script alone, which takes it out of the visible address, posts it to the
    API with the password, and keeps nothing. The server does not look at it here: the API judges it.
    """
    words = load_all_words("choose-password")

    async def choose_password(request: Request) -> HTMLResponse:
        language = language_of(request)
        response = page(request, "choose-password.html", language=language, words=words[language], shortest=MIN_LENGTH)
        return said_in(language, response)

    return [Route("/choose-password", choose_password, methods=["GET"])]
