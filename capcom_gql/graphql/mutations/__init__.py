"""The mutations of the API: each field passes its input to one command and returns the result in a payload.

There is one module for each area, with its inputs, payloads and fields. A Refusal becomes `errors` of the payload in
`authorization.guard`.
"""

import strawberry

from capcom_gql.graphql.mutations.accounts import Accounts
from capcom_gql.graphql.mutations.cancellations import Cancellations
from capcom_gql.graphql.mutations.deliveries import Deliveries
from capcom_gql.graphql.mutations.discounts import Discounts
from capcom_gql.graphql.mutations.endpoints import Endpoints
from capcom_gql.graphql.mutations.keys import Keys
from capcom_gql.graphql.mutations.offers import Offers
from capcom_gql.graphql.mutations.organisations import Organisations
from capcom_gql.graphql.mutations.people import People
from capcom_gql.graphql.mutations.proofs import Proofs
from capcom_gql.graphql.mutations.renewals import Renewals
from capcom_gql.graphql.mutations.seats import Seats
from capcom_gql.graphql.mutations.sessions import Sessions
from capcom_gql.graphql.mutations.sign_up import SignUp
from capcom_gql.graphql.mutations.support import Support
from capcom_gql.graphql.mutations.surveys import Surveys


@strawberry.type(
    description="The mutations. One that is refused changes nothing, and says why in `errors` of its payload."
)
class Mutation(
    SignUp,
    Organisations,
    Seats,
    Proofs,
    Cancellations,
    Renewals,
    Surveys,
    Discounts,
    Accounts,
    Sessions,
    People,
    Offers,
    Keys,
    Endpoints,
    Deliveries,
    Support,
):
    """The mutations of all areas; the schema lists them in the order of the areas."""
