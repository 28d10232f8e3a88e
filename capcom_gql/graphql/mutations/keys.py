"""Keys for machines."""

from datetime import datetime
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Scope
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.services import create_api_key, revoke_api_key


@strawberry.input(description="A key to make for a machine.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What it is for, as people will recognise it.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on it no longer works; none for no end."
    )


@strawberry.type(description="The answer of createApiKey.")
class CreateApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(default=None, description="The key; null where refused.")
    secret: str | None = strawberry.field(
        default=None, description="The key's secret: send it as `Authorization: Bearer`. Told once, never again."
    )


@strawberry.input(description="A key to revoke.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="The key's id.")


@strawberry.type(description="The answer of revokeApiKey.")
class RevokeApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(default=None, description="The key; null where refused.")


@strawberry.type
class Keys:
    """The mutations of keys."""

    @resolved("Make a key for a machine.")
    async def create_api_key(self, info: Info, input: Annotated[CreateApiKeyInput, FORM]) -> CreateApiKeyPayload | None:
        context = info.context
        done = await create_api_key.create_api_key(
            context.runtime, context.actor, form_of(input, create_api_key.CreateApiKeyForm)
        )
        return CreateApiKeyPayload(api_key=await _api_key(context, done.api_key_id), secret=done.secret)

    @resolved("Revoke a key, at once and everywhere.")
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
