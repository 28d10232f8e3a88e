"""The mutations of API keys, for staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Scope
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.services import create_api_key, revoke_api_key


@strawberry.input(description="An API key to create for a machine.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What it is for, for people.")
    scopes: list[Scope] = strawberry.field(description="What it may do; at least one scope.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="From when on it no longer works, by the real clock; left out, it does not expire.",
    )


@strawberry.type(description="The payload of createApiKey.")
class CreateApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(default=None, description="The created key; null where refused.")
    secret: str | None = strawberry.field(
        default=None,
        description="The secret of the key, for `Authorization: Bearer`; shown only now. Null where refused.",
    )


@strawberry.input(description="An API key to revoke.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="The id of the key.")


@strawberry.type(description="The payload of revokeApiKey.")
class RevokeApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(default=None, description="The revoked key; null where refused.")


@strawberry.type
class Keys:
    """The mutations of API keys."""

    @resolved("Create an API key for a machine. For staff and API keys with ADMIN.")
    async def create_api_key(self, info: Info, input: Annotated[CreateApiKeyInput, FORM]) -> CreateApiKeyPayload | None:
        context = info.context
        done = await create_api_key.create_api_key(
            context.runtime, context.actor, form_of(input, create_api_key.CreateApiKeyForm)
        )
        return CreateApiKeyPayload(api_key=await _api_key(context, done.api_key_id), secret=done.secret)

    @resolved("Revoke an API key, at once. Idempotent. For staff and API keys with ADMIN.")
    async def revoke_api_key(self, info: Info, input: Annotated[RevokeApiKeyInput, FORM]) -> RevokeApiKeyPayload | None:
        context = info.context
        done = await revoke_api_key.revoke_api_key(
            context.runtime, context.actor, form_of(input, revoke_api_key.RevokeApiKeyForm)
        )
        return RevokeApiKeyPayload(api_key=await _api_key(context, done.api_key_id))


async def _api_key(context: Context, api_key_id: str) -> ApiKey:
    row = await context.loaders.api_key.load(api_key_id)
    assert row is not None, "a key is never deleted"
    return ApiKey.of(row)
