"""Delete a webhook endpoint: nothing is sent to it any more, and its secrets are deleted."""

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.delivery.webhook_health import lock_endpoint, suppress_waiting
from capcom_gql.domain.refusals import Refusal, not_found
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import WebhookEndpoint, WebhookSecret


async def delete_webhook_endpoint(actor: Actor, endpoint_id: str) -> None:
    """Delete an endpoint and suppress what waits for it; its deliveries stay on record. Idempotent.

    Raises Refusal: FORBIDDEN, NOT_FOUND at `endpointId`.
    """
    authorize(Right.NOTIFICATIONS, actor)

    async def work() -> None:
        if not await WebhookEndpoint.filter(id=endpoint_id).exists():
            raise Refusal(not_found("endpointId"))
        endpoint = await lock_endpoint(endpoint_id)
        if endpoint is not None:
            await endpoint.update_from_dict({"deleted_at": clock.utc_now()}).save(update_fields=["deleted_at"])
            await WebhookSecret.filter(endpoint_id=endpoint.id).delete()
            await suppress_waiting(endpoint)

    await in_one_transaction(work)
