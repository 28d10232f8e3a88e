"""Door 3: small pages of our own that speak GraphQL like any other client.

The explorer (GET /graphql), the mailbox of development (/mailbox), and the pages where people choose their
password (/choose-password) and sign in to read their numbers (/login). They load nothing from another host and
run under a strict Content-Security-Policy.
"""

from capcom_gql.pages.explorer import Caller, explorer_page, explorer_response, wants_page
from capcom_gql.pages.operations import READY_MADE, Operation, with_variables
from capcom_gql.pages.routes import routes

__all__ = [
    "READY_MADE",
    "Caller",
    "Operation",
    "explorer_page",
    "explorer_response",
    "routes",
    "wants_page",
    "with_variables",
]
