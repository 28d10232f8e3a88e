"""Webhook endpoints: where events are sent, and the secrets that they are signed with."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.scalars import URL
from capcom_gql.graphql.types.endpoint import WebhookEndpoint
from capcom_gql.services import (
    create_webhook_endpoint,
    delete_webhook_endpoint,
    rotate_webhook_secret,
    update_webhook_endpoint,
)

_SECRET = "With what its messages are signed: `whsec_` and base64. Told once, never again."
_STAYS = "Left out or null, it stays as it is."


@strawberry.input(description="An address to send events to.")
class CreateWebhookEndpointInput:
    url: URL = strawberry.field(description="Where to post them; the channel says which addresses it takes.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="What it is for.")
    kinds: list[str] = strawberry.field(description="The kinds of event to send; none means all.")
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The organisation whose events to send; by default everybody's."
    )


@strawberry.type(description="The answer of createWebhookEndpoint.")
class CreateWebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(default=None, description="The endpoint; null where refused.")
    secret: str | None = strawberry.field(default=None, description=_SECRET)


@strawberry.input(description="What is to change of an endpoint; what is left out stays as it is.")
class UpdateWebhookEndpointInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint's id.")
    url: URL | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Where to post events from now on, those that wait too; what was failing begins anew. {_STAYS}",
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is for. Left out, it stays as it is; null clears it."
    )
    kinds: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description=f"The kinds of event to send; none means all. {_STAYS}"
    )
    is_enabled: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="False: what happens is kept for it. True: it is sent what was kept, and what has failed since it "
        f"was failing. {_STAYS}",
    )


@strawberry.type(description="The answer of updateWebhookEndpoint.")
class UpdateWebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(
        default=None, description="The endpoint as it stands now; null where refused."
    )


@strawberry.input(description="An endpoint to give a new secret.")
class RotateWebhookSecretInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint's id.")


@strawberry.type(description="The answer of rotateWebhookSecret.")
class RotateWebhookSecretPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(default=None, description="The endpoint; null where refused.")
    secret: str | None = strawberry.field(default=None, description=_SECRET)


@strawberry.input(description="An endpoint to delete.")
class DeleteWebhookEndpointInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint's id.")


@strawberry.type(description="The answer of deleteWebhookEndpoint.")
class DeleteWebhookEndpointPayload(Payload):
    deleted: bool = strawberry.field(default=False, description="Whether it is deleted now; false where refused.")


@strawberry.type
class Endpoints:
    """The mutations of webhook endpoints."""

    @resolved("Send events to an address from now on.")
    async def create_webhook_endpoint(
        self, info: Info, input: Annotated[CreateWebhookEndpointInput, FORM]
    ) -> CreateWebhookEndpointPayload | None:
        context = info.context
        done = await create_webhook_endpoint.create_webhook_endpoint(
            context.runtime, context.actor, form_of(input, create_webhook_endpoint.CreateWebhookEndpointForm)
        )
        return CreateWebhookEndpointPayload(endpoint=await _endpoint(context, done.endpoint_id), secret=done.secret)

    @resolved("Change an endpoint; enabled again, it is sent what was kept for it.")
    async def update_webhook_endpoint(
        self, info: Info, input: Annotated[UpdateWebhookEndpointInput, FORM]
    ) -> UpdateWebhookEndpointPayload | None:
        context = info.context
        endpoint_id = await update_webhook_endpoint.update_webhook_endpoint(
            context.runtime, context.actor, form_of(input, update_webhook_endpoint.UpdateWebhookEndpointForm)
        )
        return UpdateWebhookEndpointPayload(endpoint=await _endpoint(context, endpoint_id))

    @resolved("Give an endpoint a new secret. For 24 hours the one before signs beside it.")
    async def rotate_webhook_secret(
        self, info: Info, input: Annotated[RotateWebhookSecretInput, FORM]
    ) -> RotateWebhookSecretPayload | None:
        context = info.context
        done = await rotate_webhook_secret.rotate_webhook_secret(context.actor, str(input.endpoint_id))
        return RotateWebhookSecretPayload(endpoint=await _endpoint(context, done.endpoint_id), secret=done.secret)

    @resolved("Delete an endpoint: what waits for it is not sent.")
    async def delete_webhook_endpoint(
        self, info: Info, input: Annotated[DeleteWebhookEndpointInput, FORM]
    ) -> DeleteWebhookEndpointPayload | None:
        await delete_webhook_endpoint.delete_webhook_endpoint(info.context.actor, str(input.endpoint_id))
        return DeleteWebhookEndpointPayload(deleted=True)


async def _endpoint(context: Context, endpoint_id: str) -> WebhookEndpoint:
    row = await context.loaders.endpoint.load(endpoint_id)
    assert row is not None, "an endpoint stays on record"
    return WebhookEndpoint.of(row)
