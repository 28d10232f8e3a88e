"""What mutations share: their one argument, the base of their payloads, and the look-up of their results."""

import strawberry

from capcom_gql.graphql.context import Context
from capcom_gql.graphql.types.subscription import OrganisationSubscription, Seat
from capcom_gql.graphql.user_errors import UserError

FORM = strawberry.argument(description="The form.")
"""The one argument of every mutation."""
KEY = (
    "A text that the client chooses, at most 200 characters. The same key with the same input, sent again within 24 "
    "hours, repeats the answer and does nothing."
)
"""The description of every idempotency key."""
SUBSCRIPTION_ID = "The id of the subscription."
"""The description of every subscriptionId."""
SUBSCRIPTION_NOW = "The subscription as it is now; null where refused."
"""The description of every subscription in a payload."""


@strawberry.type(description="What every mutation answers.")
class Payload:
    errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="Why the mutation was refused, with all faults of the form; empty where it was done.",
    )


async def subscription_of(context: Context, subscription_id: str) -> OrganisationSubscription:
    """The subscription that a command has just changed, as it is now."""
    view = await context.loaders.view.load(subscription_id)
    assert view is not None, "a subscription that a command changed has a term"
    return OrganisationSubscription.of(view)


async def seat_of(context: Context, seat_id: str) -> Seat:
    """The seat that a command has just changed, with its subscription as it is now."""
    row = await context.loaders.seat.load(seat_id)
    assert row is not None, "a seat is never deleted"
    return Seat.of(row, (await subscription_of(context, row.subscription_id)).view)
