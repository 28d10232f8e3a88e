"""The contexts of letters that are about no term: notices to staff, support requests, changes of address."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from capcom_gql.delivery.links import mint_email_link
from capcom_gql.delivery.suppressed import Suppressed
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import LETTERS, Topic
from capcom_gql.domain.seats import format_number
from capcom_gql.languages.locales import DEFAULT
from capcom_gql.languages.sentences import say
from capcom_gql.runtime import Runtime
from capcom_gql.storage.tables import (
    Delivery,
    DeliveryAttempt,
    EmailChange,
    Event,
    Organisation,
    SupportRequest,
    WebhookEndpoint,
)


async def endpoint_context(delivery: Delivery, event: Event) -> dict[str, Any]:
    """The context of a notice to staff about an endpoint, with its latest failure. Raises Suppressed if the endpoint's
    state has changed since."""
    endpoint = await WebhookEndpoint.get(id=delivery.about["endpoint_id"]).select_related("organisation")
    _check_still_true(endpoint, event)
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


def _check_still_true(endpoint: WebhookEndpoint, event: Event) -> None:
    if endpoint.deleted_at is not None:
        raise Suppressed("the endpoint was deleted before the letter was sent")
    if event.kind == Kind.ENDPOINT_DISABLED and endpoint.is_enabled:
        raise Suppressed("the endpoint was enabled again before the letter was sent")
    if event.kind == Kind.ENDPOINT_FAILING and endpoint.failing_since is None:
        raise Suppressed("the endpoint worked again before the letter was sent")
    if event.kind == Kind.ENDPOINT_FAILING and not endpoint.is_enabled:
        raise Suppressed("the endpoint was disabled before the letter was sent")


def _without_its_query(url: str) -> str:
    """The URL without its query and fragment, which often hold a key."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


async def notice_context(delivery: Delivery) -> dict[str, Any]:
    """The context of a notice to staff about an organisation (R1) or a webhook endpoint.

    Raises Suppressed, for an endpoint only, as `endpoint_context` does.
    """
    event = await Event.get(id=delivery.event_id)
    if "endpoint_id" in delivery.about:
        return await endpoint_context(delivery, event)
    organisation = await Organisation.get(id=delivery.about["organisation_id"])
    similar = event.details.get("similar_organisation_ids", [])
    return {
        "notice": {
            "kind": event.kind,
            "organisation_name": organisation.name,
            "subject_ids": [organisation.id, *similar],
        }
    }


async def support_context(delivery: Delivery) -> dict[str, Any]:
    """The context of the letters about a support request, to staff and with the answer (R20)."""
    request = await SupportRequest.get(id=delivery.about["request_id"]).select_related("person", "seat")
    answers = [answer for answer in (request.check_answer, request.access_answer) if answer is not None]
    return {
        "request": {
            "id": request.id,
            "message": request.message,
            "opened_by": f"{request.person.given_name} {request.person.family_name}",
            "email": request.person.email,
            "subscriber_number": format_number(request.seat.number),
            "reason": " ".join(say("answers", f"verdict.{answer['reason']}", DEFAULT) for answer in answers),
        },
        "question": request.message,
        "answer": request.answer,
    }


async def email_context(runtime: Runtime, delivery: Delivery) -> dict[str, Any]:
    """The context of the letters about a change of address: the link for the new address, a notice for the old one
    (R24).

    Raises Suppressed if the change was cancelled in the meantime, and for the letter with the link also if it was
    confirmed: the notice to the old address is still sent then.
    """
    hours = LETTERS[Topic.EMAIL_CHANGE].link_hours
    assert hours is not None, "the table of letters says how long a link to change an address holds"
    change = await EmailChange.get_or_none(id=delivery.about["change_id"])
    if change is None:
        raise Suppressed("the change of address was cancelled before the letter was sent")
    is_old = delivery.about.get("is_old") == "yes"
    is_done = delivery.about["is_done"] == "yes"
    by_link = not is_old and not is_done
    return {
        "is_old": is_old,
        "is_done": is_done,
        "new_email": change.email,
        "link": await mint_email_link(runtime.account_base_url, change.id, hours) if by_link else None,
        "link_hours": hours if by_link else None,
    }
