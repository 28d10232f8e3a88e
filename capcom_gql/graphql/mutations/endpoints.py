"""The mutations of webhook endpoints and of their secrets."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.scalars import URL
from capcom_gql.graphql.types.endpoint import WebhookEndpoint
from capcom_gql.services import (
    create_webhook_endpoint,
    delete_webhook_endpoint,
    rotate_webhook_secret,
    update_webhook_endpoint,
)

_SECRET = (
    "The secret that signs what it is sent, `whsec_` and base64, as Standard Webhooks specifies; shown only now. Null "
    "where refused."
)
_STAYS = "Left out or null, it stays unchanged."


@strawberry.input(description="An address to which events are to be posted.")
class CreateWebhookEndpointInput:
    url: URL = strawberry.field(
        description="The address; the channel that delivers webhooks decides which addresses it accepts."
    )
    description: str | None = strawberry.field(default=strawberry.UNSET, description="What it is for.")
    kinds: list[str] = strawberry.field(description="The kinds of event to send; empty for all kinds.")
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id of the organisation whose events to send; by default all events."
    )


@strawberry.type(description="The payload of createWebhookEndpoint.")
class CreateWebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(default=None, description="The endpoint; null where refused.")
    secret: str | None = strawberry.field(default=None, description=_SECRET)


@strawberry.input(description="The fields of an endpoint to change; those left out stay unchanged.")
class UpdateWebhookEndpointInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The id of the endpoint.")
    url: URL | None = strawberry.field(
        default=strawberry.UNSET,
        description="The address to which events are posted from now on, also those that wait. What failed at the "
        f"former address is sent again. {_STAYS}",
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is for. Left out, it stays unchanged; null clears it."
    )
    kinds: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description=f"The kinds of event to send; empty for all kinds. {_STAYS}"
    )
    is_enabled: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="False holds events for it from now on. True sends what is held for it, and what has failed since "
        f"it was failing. {_STAYS}",
    )


@strawberry.type(description="The payload of updateWebhookEndpoint.")
class UpdateWebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(
        default=None, description="The endpoint as it is now; null where refused."
    )


@strawberry.input(description="An endpoint that is to get a new secret.")
class RotateWebhookSecretInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The id of the endpoint.")


@strawberry.type(description="The payload of rotateWebhookSecret.")
class RotateWebhookSecretPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(default=None, description="The endpoint; null where refused.")
    secret: str | None = strawberry.field(default=None, description=_SECRET)


@strawberry.input(description="An endpoint to delete.")
class DeleteWebhookEndpointInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The id of the endpoint.")


@strawberry.type(description="The payload of deleteWebhookEndpoint.")
class DeleteWebhookEndpointPayload(Payload):
    deleted: bool = strawberry.field(default=False, description="Whether it is deleted; false where refused.")


@strawberry.type
class Endpoints:
    """The mutations of webhook endpoints."""

    @resolved(
        "Create an endpoint, to which events are posted from now on. For staff and API keys with NOTIFICATIONS_WRITE."
    )
    async def create_webhook_endpoint(
        self, info: Info, input: Annotated[CreateWebhookEndpointInput, FORM]
    ) -> CreateWebhookEndpointPayload | None:
        context = info.context
        done = await create_webhook_endpoint.create_webhook_endpoint(
            context.runtime, context.actor, form_of(input, create_webhook_endpoint.CreateWebhookEndpointForm)
        )
        return CreateWebhookEndpointPayload(endpoint=await _endpoint(context, done.endpoint_id), secret=done.secret)

    @resolved("Change an endpoint, disable or enable it. For staff and API keys with NOTIFICATIONS_WRITE.")
    async def update_webhook_endpoint(
        self, info: Info, input: Annotated[UpdateWebhookEndpointInput, FORM]
    ) -> UpdateWebhookEndpointPayload | None:
        context = info.context
        endpoint_id = await update_webhook_endpoint.update_webhook_endpoint(
            context.runtime, context.actor, form_of(input, update_webhook_endpoint.UpdateWebhookEndpointForm)
        )
        return UpdateWebhookEndpointPayload(endpoint=await _endpoint(context, endpoint_id))

    @resolved(
        "Give an endpoint a new secret; for 24 hours the former one signs beside it. For staff and API keys with "
        "NOTIFICATIONS_WRITE."
    )
    async def rotate_webhook_secret(
        self, info: Info, input: Annotated[RotateWebhookSecretInput, FORM]
    ) -> RotateWebhookSecretPayload | None:
        context = info.context
        done = await rotate_webhook_secret.rotate_webhook_secret(context.actor, str(input.endpoint_id))
        return RotateWebhookSecretPayload(endpoint=await _endpoint(context, done.endpoint_id), secret=done.secret)

    @resolved(
        "Delete an endpoint; what waits for it is not sent. Idempotent. For staff and API keys with "
        "NOTIFICATIONS_WRITE."
    )
    async def delete_webhook_endpoint(
        self, info: Info, input: Annotated[DeleteWebhookEndpointInput, FORM]
    ) -> DeleteWebhookEndpointPayload | None:
        await delete_webhook_endpoint.delete_webhook_endpoint(info.context.actor, str(input.endpoint_id))
        return DeleteWebhookEndpointPayload(deleted=True)


async def _endpoint(context: Context, endpoint_id: str) -> WebhookEndpoint:
    row = await context.loaders.endpoint.load(endpoint_id)
    assert row is not None, "an endpoint stays on record"
    return WebhookEndpoint.of(row)
