"""A page for subscribers: one card in the language of the browser, whose script speaks to the API."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from capcom_gql.pages.language import language_of, said_in
from capcom_gql.pages.rendering import page
from capcom_gql.pages.words import load_words, writing_of


def card_route(name: str, *, digits: int | None = None, **figures: object) -> Route:
    """GET /NAME: the template, the words and the script of that name.

    `figures` are those that the template shows, `digits` those of an amount after its point. The server reads nothing
    of the address's query: the script does.
    """

    async def card(request: Request) -> HTMLResponse:
        language = language_of(request)
        words, writing = load_words(name, language), writing_of(language, digits)
        response = page(request, f"{name}.html", language=language, words=words, writing=writing, figures=figures)
        return said_in(language, response)

    return Route(f"/{name}", card, methods=["GET"])
