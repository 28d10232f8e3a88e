"""The page that letters call the account: sign in and read one's subscriber numbers (R7, R11)."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.pages.language import language_of, said_in
from capcom_gql.pages.rendering import page
from capcom_gql.pages.words import load_all_words


def login_routes() -> list[BaseRoute]:
    """GET /login

    The page's script posts the address and password to the API and holds the session's token in memory:
    reloading or closing the page forgets it. The server sees neither here.
    """
    words = load_all_words("login")

    async def login(request: Request) -> HTMLResponse:
        language = language_of(request)
        return said_in(language, page(request, "login.html", language=language, words=words[language]))

    return [Route("/login", login, methods=["GET"])]
