"""The page that the letters about the renewal lead the manager to (R13, R14, R15)."""

from starlette.routing import BaseRoute

from capcom_gql.currencies import digits_of
from capcom_gql.pages.card import card_route


def renew_routes(currency: str) -> list[BaseRoute]:
    """GET /renew?subscription=ID

    The manager, or staff, reads where the subscription stands, and renews or declines. Whoever is not signed in
    is led to /login and back. The API judges who may see and decide what.
    """
    return [card_route("renew", digits=digits_of(currency))]
