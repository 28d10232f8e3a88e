"""The mutation that sends a delivery again."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.types.delivery import Delivery, deliveries_of
from capcom_gql.services import retry_delivery


@strawberry.input(description="A delivery to send again.")
class RetryDeliveryInput:
    delivery_id: strawberry.ID = strawberry.field(description="The id of the delivery.")


@strawberry.type(description="The payload of retryDelivery.")
class RetryDeliveryPayload(Payload):
    delivery: Delivery | None = strawberry.field(
        default=None, description="The delivery as it is now; null where refused."
    )


@strawberry.type
class Deliveries:
    """The mutation of deliveries."""

    @resolved(
        "Send a delivery that is FAILED or HELD again: at once, with a new schedule of eight attempts, if what it says "
        "is still true. In other states it is refused with CONFLICT. For staff and API keys with NOTIFICATIONS_WRITE."
    )
    async def retry_delivery(
        self, info: Info, input: Annotated[RetryDeliveryInput, FORM]
    ) -> RetryDeliveryPayload | None:
        context, delivery_id = info.context, str(input.delivery_id)
        await retry_delivery.retry_delivery(context.runtime, context.actor, delivery_id)
        (delivery,) = await deliveries_of(context, [delivery_id])
        return RetryDeliveryPayload(delivery=delivery)
