"""The page that letters call the account: sign in and read one's subscriber numbers (R7, R11)."""

from starlette.routing import BaseRoute

from capcom_gql.pages.card import card_route


def login_routes() -> list[BaseRoute]:
    """GET /login, or /login?next=PATH

    The page's script posts the address and password to the API and holds the session's token in memory:
    reloading or closing the page forgets it. The server sees neither here. `next` leads back to the page that
    asked for the sign-in: a path of this same server, to one of the pages that know how to receive a session;
    anything else is ignored.
    """
    return [card_route("login")]
