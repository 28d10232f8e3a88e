"""The page that the link to a new e-mail address leads to (R24)."""

from starlette.routing import BaseRoute

from capcom_gql.pages.card import card_route


def confirm_email_routes() -> list[BaseRoute]:
    """GET /confirm-email?token=...

    Opening it changes nothing, since mail scanners follow links: a button posts the token to the API. The token
    is read by the page's script alone, which takes it out of the visible address.
    """
    return [card_route("confirm-email")]
