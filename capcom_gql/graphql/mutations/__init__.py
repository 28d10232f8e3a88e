"""What can be done: each field is one deed. What refuses it becomes its payload's errors (see `guard`).

One module per area holds what its mutations take, what they answer and how they are done.
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
from capcom_gql.graphql.mutations.sign_up import SignUp
from capcom_gql.graphql.mutations.support import Support
from capcom_gql.graphql.mutations.surveys import Surveys


@strawberry.type(description="What can be done. Every refusal is an error in the payload, never a failed request.")
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
    People,
    Offers,
    Keys,
    Endpoints,
    Deliveries,
    Support,
):
    """The mutations of all areas; they stand in the schema in the order of the areas."""
