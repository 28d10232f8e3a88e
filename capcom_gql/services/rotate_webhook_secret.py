"""Give a webhook endpoint a new signing secret; the former one signs beside it for 24 hours."""

from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.access.tokens import new_signing_secret
from capcom_gql.delivery.webhook_health import lock_endpoint
from capcom_gql.domain.endpoints import SECRET_OVERLAP
from capcom_gql.domain.refusals import Refusal, not_found
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import WebhookSecret


@dataclass(frozen=True, slots=True)
class WebhookSecretRotated:
    """The endpoint, with its new secret, which is shown only now."""

    endpoint_id: str
    secret: str


async def rotate_webhook_secret(actor: Actor, endpoint_id: str) -> WebhookSecretRotated:
    """Sign with a new secret from now on, and with the former one, but none older, for 24 hours of the real clock.

    Raises Refusal: FORBIDDEN, NOT_FOUND at `endpointId`.
    """
    authorize(Right.NOTIFICATIONS, actor)

    async def work() -> WebhookSecretRotated:
        endpoint = await lock_endpoint(endpoint_id)
        if endpoint is None:
            raise Refusal(not_found("endpointId"))
        now, secret = clock.utc_now(), new_signing_secret()
        # at most two secrets, since every message carries a signature of each
        await WebhookSecret.filter(endpoint_id=endpoint.id, expires_at__isnull=False).delete()
        await WebhookSecret.filter(endpoint_id=endpoint.id, expires_at=None).update(expires_at=now + SECRET_OVERLAP)
        await WebhookSecret.create(endpoint=endpoint, value=secret, created_at=now)
        return WebhookSecretRotated(endpoint.id, secret)

    return await in_one_transaction(work)
