"""What staff are told of a webhook endpoint that fails, or was disabled for it."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from capcom_gql.domain.events import Kind
from capcom_gql.services.suppressed import Suppressed
from capcom_gql.storage.endpoints import WebhookEndpoint
from capcom_gql.storage.models import Event
from capcom_gql.storage.post import Delivery, DeliveryAttempt


async def endpoint_context(delivery: Delivery, event: Event) -> dict[str, Any]:
    """A notice about an endpoint, with the last thing that went wrong. Raises Suppressed where it is over already."""
    endpoint = await WebhookEndpoint.get(id=delivery.about["endpoint_id"]).select_related("organisation")
    _check_true(endpoint, event)
    failed = DeliveryAttempt.filter(delivery__endpoint_id=endpoint.id, outcome__in=("RETRY", "FAILED"))
    last = await failed.order_by("-id").first()
    return {
        "notice": {
            "kind": event.kind,
            "organisation_name": None if endpoint.organisation is None else endpoint.organisation.name,
            "subject_ids": [endpoint.id],
            "url": _without_its_query(endpoint.url),
            "reason": None if last is None else last.error,
        }
    }


def _check_true(endpoint: WebhookEndpoint, event: Event) -> None:
    if endpoint.deleted_at is not None:
        raise Suppressed("the endpoint was deleted before the letter was sent")
    if event.kind == Kind.ENDPOINT_DISABLED and endpoint.is_enabled:
        raise Suppressed("the endpoint was enabled again before the letter was sent")
    if event.kind == Kind.ENDPOINT_FAILING and endpoint.failing_since is None:
        raise Suppressed("the endpoint was mended before the letter was sent")
    if event.kind == Kind.ENDPOINT_FAILING and not endpoint.is_enabled:
        raise Suppressed("the endpoint was disabled before the letter was sent")


def _without_its_query(url: str) -> str:
    """The address without what often holds a key."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
