"""Support requests: opened by users, answered by staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Service
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.filters import DiscountCheckInput
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.types.support import SupportRequest
from capcom_gql.services import close_support_request, open_support_request


@strawberry.input(description="A question about a service.")
class ServiceAccessInput:
    subscriber_number: str = strawberry.field(description="The number, with or without CP, spaces, hyphens or dots.")
    service: Service = strawberry.field(description="The service.")
    at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="A past instant: the answer as it was then; by default the present."
    )


@strawberry.input(
    description="What a user believes to be wrongly refused: a discount, a service, or both by the same number, which "
    "is one of theirs."
)
class OpenSupportRequestInput:
    message: str = strawberry.field(description="What happened, in the user's own words: at most 4,000 characters.")
    check: DiscountCheckInput | None = strawberry.field(
        default=strawberry.UNSET, description="The discount check that was refused; it is asked again, and kept."
    )
    access: ServiceAccessInput | None = strawberry.field(
        default=strawberry.UNSET, description="The service that was refused; it is asked again, and kept."
    )


@strawberry.type(description="The answer of openSupportRequest.")
class OpenSupportRequestPayload(Payload):
    request: SupportRequest | None = strawberry.field(default=None, description="The request; null where refused.")


@strawberry.input(description="The answer to a support request.")
class CloseSupportRequestInput:
    request_id: strawberry.ID = strawberry.field(description="The request's id.")
    answer: str = strawberry.field(description="The answer, mailed to whoever opened it: at most 4,000 characters.")


@strawberry.type(description="The answer of closeSupportRequest.")
class CloseSupportRequestPayload(Payload):
    request: SupportRequest | None = strawberry.field(default=None, description="The request; null where refused.")


@strawberry.type
class Support:
    """The mutations of support requests."""

    @resolved("Ask support about a discount or a service that was refused: at most 20 requests a day.")
    async def open_support_request(
        self, info: Info, input: Annotated[OpenSupportRequestInput, FORM]
    ) -> OpenSupportRequestPayload | None:
        context = info.context
        done = await open_support_request.open_support_request(
            context.runtime,
            context.actor,
            form_of(input, open_support_request.OpenSupportRequestForm),
            context.rate_limits,
        )
        return OpenSupportRequestPayload(request=await _request(context, done.request_id))

    @resolved("Answer a support request, which closes it.")
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
