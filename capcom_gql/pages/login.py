"""The page that letters call the account: sign in and read one's subscriber numbers (R7, R11)."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.pages.words import load_all_words, said_page


def login_routes() -> list[BaseRoute]:
    """GET /login

    The page's script posts the address and password to the API and holds the session's token in memory:
    reloading or closing the page forgets it. The server sees neither here.
    """
    words = load_all_words("login")

    async def login(request: Request) -> HTMLResponse:
        return said_page(request, "login", words)

    return [Route("/login", login, methods=["GET"])]
