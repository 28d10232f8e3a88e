"""The page a one-time link leads to: choose a password, then see one's account (R7)."""

from starlette.routing import BaseRoute

from capcom_gql.domain.passwords import MIN_LENGTH
from capcom_gql.pages.card import card_route


def choose_password_routes() -> list[BaseRoute]:
    """GET /choose-password?token=...

    The token is read by the page's script alone, which takes it out of the visible address, posts it to the
    API with the password, and keeps nothing. The server does not look at it here: the API judges it.
    """
    return [card_route("choose-password", shortest=MIN_LENGTH)]
