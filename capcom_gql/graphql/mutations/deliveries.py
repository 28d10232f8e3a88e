"""Letters that are tried again by hand."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.types.delivery import Delivery, deliveries_of
from capcom_gql.services import retry_delivery


@strawberry.input(description="A letter to be tried again.")
class RetryDeliveryInput:
    delivery_id: strawberry.ID = strawberry.field(description="The delivery's id.")


@strawberry.type(description="The answer of retryDelivery.")
class RetryDeliveryPayload(Payload):
    delivery: Delivery | None = strawberry.field(
        default=None, description="The delivery as it stands now; null where refused."
    )


@strawberry.type
class Deliveries:
    """The mutations of deliveries."""

    @resolved(
        "Try a letter that failed or is held again: at once, with all its attempts before it. It is sent only if what "
        "it says is still true. Any other letter is refused with CONFLICT."
    )
    async def retry_delivery(
        self, info: Info, input: Annotated[RetryDeliveryInput, FORM]
    ) -> RetryDeliveryPayload | None:
        context, delivery_id = info.context, str(input.delivery_id)
        await retry_delivery.retry_delivery(context.runtime, context.actor, delivery_id)
        (delivery,) = await deliveries_of(context, [delivery_id])
        return RetryDeliveryPayload(delivery=delivery)
