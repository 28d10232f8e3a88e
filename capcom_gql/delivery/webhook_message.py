"""What an endpoint is sent of an event: its body, signed with the secrets that live now, to the address it has now."""

from datetime import datetime

from capcom_gql import clock
from capcom_gql.delivery.suppressed import EndpointDisabled, Suppressed
from capcom_gql.delivery.webhook_health import DELETED
from capcom_gql.domain.endpoints import webhook_body
from capcom_gql.domain.events import Kind
from capcom_gql.languages.locales import ENGLISH
from capcom_gql.languages.sentences import describe
from capcom_gql.notifiers.contract import Message
from capcom_gql.storage.tables import Delivery, Event, WebhookEndpoint
from capcom_gql.storage.tables.webhooks import signing_secrets


async def endpoint_message(delivery: Delivery, attempt: int, now: datetime) -> Message:
    """The message of a delivery to an endpoint; `now` is the product's clock. Raises Suppressed, EndpointDisabled.

    The text, for channels that post no JSON, is the event in one sentence of English.
    """
    endpoint = await WebhookEndpoint.get(id=delivery.endpoint_id)
    if endpoint.deleted_at is not None:
        raise Suppressed(DELETED)
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
