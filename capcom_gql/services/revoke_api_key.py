"""Revoke an API key: it stops working at the next request, in every process."""

from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Refusal, not_found
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import ApiKey


@dataclass(frozen=True, slots=True)
class RevokeApiKeyForm:
    """Which key to revoke."""

    api_key_id: str


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked:
    """The revoked key."""

    api_key_id: str


async def revoke_api_key(runtime: Runtime, actor: Actor, form: RevokeApiKeyForm) -> ApiKeyRevoked:
    """Revoke a key. Idempotent. Raises Refusal: FORBIDDEN, NOT_FOUND at `apiKeyId`."""
    authorize(Right.ADMINISTRATION, actor)

    async def work() -> ApiKeyRevoked:
        key = await ApiKey.filter(id=form.api_key_id).select_for_update().first()
        if key is None:
            raise Refusal(not_found("apiKeyId"))
        if key.revoked_at is None:
            key.revoked_at = clock.utc_now()
            await key.save(update_fields=["revoked_at"])
            entry = NewEvent(Kind.KEY_REVOKED, {"key_id": key.id}, subject_id=key.id)
            await record(entry, actor=actor, now=await product_now(), channels=runtime.channels)
        return ApiKeyRevoked(key.id)

    return await in_one_transaction(work)
