"""The message by which a webhook endpoint gets an event: to its present URL, with its present secrets (Events)."""

from datetime import datetime

from capcom_gql import clock
from capcom_gql.delivery.suppressed import EndpointDisabled, Suppressed
from capcom_gql.delivery.webhook_health import ENDPOINT_DELETED
from capcom_gql.domain.endpoints import webhook_body
from capcom_gql.domain.events import Kind
from capcom_gql.languages.locales import ENGLISH
from capcom_gql.languages.sentences import describe
from capcom_gql.notifiers.contract import Message
from capcom_gql.storage.tables import Delivery, Event, WebhookEndpoint
from capcom_gql.storage.tables.webhooks import signing_secrets


async def endpoint_message(delivery: Delivery, attempt: int, now: datetime) -> Message:
    """The message of a delivery to an endpoint; `now` is the product's clock.

    Its text, for channels that post no JSON, is the event as one sentence of English. Raises Suppressed if the endpoint
    is deleted, EndpointDisabled if it is disabled.
    """
    endpoint = await WebhookEndpoint.get(id=delivery.endpoint_id)
    if endpoint.deleted_at is not None:
        raise Suppressed(ENDPOINT_DELETED)
    if not endpoint.is_enabled:
        raise EndpointDisabled
    event = await Event.get(id=delivery.event_id)
    return Message(
        id=delivery.id,
        topic=delivery.topic,
        address=endpoint.url,
        locale=ENGLISH,
        subject=event.kind,
        text=describe(Kind(event.kind), event.details, ENGLISH),
        payload=webhook_body(
            event.kind,
            event_id=event.id,
            occurred_at=event.occurred_at,
            organisation_id=event.organisation_id,
            subject_id=event.subject_id,
            details=event.details,
        ),
        keys=tuple(await signing_secrets(endpoint.id, clock.utc_now())),
        sent_at=now,
        attempt=attempt,
    )
