"""The page that the letter of the survey leads to (R18)."""

from starlette.routing import BaseRoute

from capcom_gql.domain.renewals import SCORES
from capcom_gql.pages.card import card_route


def survey_routes() -> list[BaseRoute]:
    """GET /survey?seat=ID&term=ID

    The holder of the seat answers once, from 0 to 10, signed in: whoever is not is led to /login and back.
    """
    return [card_route("survey", scores=SCORES)]
