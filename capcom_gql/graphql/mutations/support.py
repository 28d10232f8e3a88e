"""The mutations of support requests, which users open and staff answer (R20)."""

from datetime import datetime
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Service
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.filters import DiscountCheckInput
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.types.support import SupportRequest
from capcom_gql.services import close_support_request, open_support_request


@strawberry.input(description="A question whether a service is open to the holder of a subscriber number.")
class ServiceAccessInput:
    subscriber_number: str = strawberry.field(
        description="The subscriber number, with or without CP, spaces, hyphens or dots."
    )
    service: Service = strawberry.field(description="The service.")
    at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="A past instant that the answer is to be about; now by default."
    )


@strawberry.input(
    description="A request about a discount or a service, or both for the same number, that a user believes was "
    "wrongly refused. The number must be, or have been, the user's own."
)
class OpenSupportRequestInput:
    message: str = strawberry.field(description="What happened, in the user's own words, at most 4,000 characters.")
    check: DiscountCheckInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The discount check that was refused; its answer is stored with the request.",
    )
    access: ServiceAccessInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The service check that was refused; its answer is stored with the request.",
    )


@strawberry.type(description="The payload of openSupportRequest.")
class OpenSupportRequestPayload(Payload):
    request: SupportRequest | None = strawberry.field(
        default=None, description="The opened request; null where refused."
    )


@strawberry.input(description="The answer to a support request.")
class CloseSupportRequestInput:
    request_id: strawberry.ID = strawberry.field(description="The id of the request.")
    answer: str = strawberry.field(
        description="The answer, at most 4,000 characters; it is mailed to the user who opened the request."
    )


@strawberry.type(description="The payload of closeSupportRequest.")
class CloseSupportRequestPayload(Payload):
    request: SupportRequest | None = strawberry.field(
        default=None, description="The closed request; null where refused."
    )


@strawberry.type
class Support:
    """The mutations of support requests."""

    @resolved(
        "Open a support request about one's own subscriber number; staff are mailed. At most 20 requests a day. For "
        "signed-in persons."
    )
    async def open_support_request(
        self, info: Info, input: Annotated[OpenSupportRequestInput, FORM]
    ) -> OpenSupportRequestPayload | None:
        context = info.context
        done = await open_support_request.open_support_request(
            context.runtime,
            context.actor,
            form_of(input, open_support_request.OpenSupportRequestForm),
        )
        return OpenSupportRequestPayload(request=await _request(context, done.request_id))

    @resolved("Answer a support request, which closes it; the answer is mailed. For staff and API keys with ADMIN.")
    async def close_support_request(
        self, info: Info, input: Annotated[CloseSupportRequestInput, FORM]
    ) -> CloseSupportRequestPayload | None:
        context = info.context
        done = await close_support_request.close_support_request(
            context.runtime, context.actor, form_of(input, close_support_request.CloseSupportRequestForm)
        )
        return CloseSupportRequestPayload(request=await _request(context, done.request_id))


async def _request(context: Context, request_id: str) -> SupportRequest:
    row = await context.loaders.support_request.load(request_id)
    assert row is not None, "a request is never deleted"
    return SupportRequest.of(row)
