"""What every mutation answers: its result, null where refused, and the errors; and how a result is looked up."""

import strawberry

from capcom_gql.graphql.context import Context
from capcom_gql.graphql.types.subscription import OrganisationSubscription, Seat
from capcom_gql.graphql.user_errors import UserError

SUBSCRIPTION_NOW = "The subscription as it stands now; null where refused."


@strawberry.type(description="What every mutation answers.")
class Payload:
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused, every fault of the form at once; empty where done."
    )


async def subscription_of(context: Context, subscription_id: str) -> OrganisationSubscription:
    """The subscription that a deed was just done on, as it stands now."""
    view = await context.loaders.view.load(subscription_id)
    assert view is not None, "a deed was just done on it"
    return OrganisationSubscription.of(view)


async def seat_of(context: Context, seat_id: str) -> Seat:
    """The seat that a deed was just done on, with its subscription as it stands now."""
    row = await context.loaders.seat.load(seat_id)
    assert row is not None, "a seat is never deleted"
    return Seat.of(row, (await subscription_of(context, row.subscription_id)).view)
