"""Door 3: small pages of our own that speak GraphQL like any other client.

The explorer (GET /graphql), the mailbox of development (/mailbox), and the pages that letters lead people to: choose
a password (/choose-password), sign in and read one's numbers (/login), renew (/renew), answer the survey (/survey),
confirm a new address (/confirm-email). They load nothing from another host and run under a strict
Content-Security-Policy.
"""

from capcom_gql.pages.explorer import Caller, explorer_page, explorer_response, wants_page
from capcom_gql.pages.operations import Operation, with_variables
from capcom_gql.pages.ready_made import READY_MADE
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
