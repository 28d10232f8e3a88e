"""Export a person: everything that is stored about them, as JSON values, without secrets or their hashes (R23).

The parts, in order: person, seats, organisations, termsAccepted, redemptions, events, deliveries, sessions,
oneTimeLinks, unsubscribeLinks, emailChanges, idempotencyKeys, surveys, supportRequests, answersGiven, notes. Lists are
oldest first.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from capcom_gql.domain.letters import Topic
from capcom_gql.domain.seats import address_key, format_number
from capcom_gql.forms.person import PERSON
from capcom_gql.services.privacy.erase_notes import find_notes_naming
from capcom_gql.storage import tables
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, SupportRequest, SurveyRequest

Part = list[dict[str, Any]]
"""A list of the export."""


async def export_person(person: tables.Person, currency: str) -> dict[str, Any]:
    """Everything that is stored about a person, by part, for JSON.

    Instants are RFC 3339 in UTC, days ISO 8601, amounts in minor units of `currency` (ISO 4217).
    """
    seats = await tables.Seat.filter(person_id=person.id).select_related("subscription").order_by("added_at", "id")
    organisation_ids = {seat.subscription.organisation_id for seat in seats}
    redemptions = await tables.Redemption.filter(person_id=person.id).order_by("redeemed_at", "id")
    requests = await SupportRequest.filter(person_id=person.id).order_by("opened_at", "id")
    own_ids = {person.id}.union(*([each.id for each in rows] for rows in (seats, redemptions, requests)))
    events = await _events(person, own_ids, organisation_ids)
    return {
        "person": _person(person),
        "seats": [_seat(seat) for seat in seats],
        "organisations": await _organisations(person, organisation_ids),
        "termsAccepted": await _terms_accepted(person),
        "redemptions": [_redemption(each, currency) for each in redemptions],
        "events": [_event(event, person) for event in events],
        "deliveries": await _deliveries(person),
        "sessions": [
            {
                "network": each.network,
                "openedAt": _at(each.created_at),
                "lastUsedAt": _at(each.last_used_at),
                "expiresAt": _at(each.expires_at),
                "endedAt": _at(each.revoked_at),
            }
            for each in await tables.Session.filter(person_id=person.id).order_by("created_at", "id")
        ],
        "oneTimeLinks": [
            {"mintedAt": _at(each.created_at), "expiresAt": _at(each.expires_at), "usedAt": _at(each.used_at)}
            for each in await tables.OneTimeLink.filter(person_id=person.id).order_by("created_at", "token_hash")
        ],
        "unsubscribeLinks": [
            {"mintedAt": _at(each.created_at)}
            for each in await tables.UnsubscribeLink.filter(person_id=person.id).order_by("created_at", "token_hash")
        ],
        "emailChanges": [
            {
                "email": each.email,
                "askedAt": _at(each.created_at),
                "expiresAt": _at(each.expires_at),
                "usedAt": _at(each.used_at),
            }
            for each in await tables.EmailChange.filter(person_id=person.id).order_by("created_at", "id")
        ],
        "idempotencyKeys": [
            {"key": each.key, "usedAt": _at(each.created_at)}
            for each in await tables.IdempotencyRecord.filter(caller=person.id).order_by("created_at", "id")
        ],
        "surveys": await _surveys(person),
        "supportRequests": [_support_request(each) for each in requests],
        "answersGiven": [
            {"requestId": each.id, "closedAt": _at(each.closed_at), "answer": each.answer}
            for each in await SupportRequest.filter(closed_by=person.id).order_by("closed_at", "id")
        ],
        "notes": await _notes(person, events),
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


def _money(amount_minor: int, currency: str) -> dict[str, Any]:
    return {"amountMinor": amount_minor, "currency": currency}


def _person(person: tables.Person) -> dict[str, Any]:
    return {
        "id": person.id,
        **{field.api_name: getattr(person, field.name) for field in PERSON.values()},
        "addresses": list(person.addresses),
        "isStaff": person.is_staff,
        "hasPassword": person.password_hash is not None,
        "surveysRefusedAt": _at(person.surveys_refused_at),
        "createdAt": _at(person.created_at),
    }


def _seat(seat: tables.Seat) -> dict[str, Any]:
    return {
        "id": seat.id,
        "organisationId": seat.subscription.organisation_id,
        "subscriptionId": seat.subscription_id,
        "subscriberNumber": format_number(seat.number),
        "isManager": seat.is_manager,
        "addedAt": _at(seat.added_at),
        "removedAt": _at(seat.removed_at),
    }


async def _organisations(person: tables.Person, organisation_ids: Collection[str]) -> Part:
    """The organisations in which they have or had a seat, or whose invoices are mailed to them."""
    condition = Q(id__in=list(organisation_ids)) | Q(billing_email__iexact=person.email)
    found = await tables.Organisation.filter(condition).order_by("created_at", "id")
    return [
        {
            "id": each.id,
            "name": each.name,
            "siret": each.siret,
            "billingEmail": each.billing_email if _is_address_of(person, each.billing_email) else None,
        }
        for each in found
    ]


def _is_address_of(person: tables.Person, email: str | None) -> bool:
    return email is not None and address_key(email) == person.email_key


async def _terms_accepted(person: tables.Person) -> Part:
    accepted = tables.Term.filter(terms_accepted_by=person.id).select_related("subscription")
    return [
        {
            "version": term.terms_version,
            "acceptedAt": _at(term.terms_accepted_at),
            "termId": term.id,
            "organisationId": term.subscription.organisation_id,
        }
        for term in await accepted.order_by("terms_accepted_at", "id")
    ]


def _redemption(redemption: tables.Redemption, currency: str) -> dict[str, Any]:
    return {
        "id": redemption.id,
        "seatId": redemption.seat_id,
        "organisationId": redemption.organisation_id,
        "eventKind": redemption.event_kind,
        "eventReference": redemption.event_reference,
        "registrationReference": redemption.registration_reference,
        "price": _money(redemption.price_minor, currency),
        "reduction": _money(redemption.reduction_minor, currency),
        "redeemedAt": _at(redemption.redeemed_at),
        "releasedAt": _at(redemption.released_at),
    }


async def _events(person: tables.Person, own_ids: set[str], organisation_ids: Collection[str]) -> list[tables.Event]:
    """The events that they caused, and those with their id or the id of their seat, redemption or request."""
    candidates = Q(organisation_id__in=list(organisation_ids)) | Q(subject_id__in=list(own_ids)) | Q(actor_id=person.id)
    return [
        event
        for event in await tables.Event.filter(candidates).order_by("occurred_at", "id")
        if event.actor_id == person.id or event.subject_id in own_ids or own_ids & _texts_in(event)
    ]


def _texts_in(event: tables.Event) -> set[str]:
    """The texts in an event's details, ids among them."""
    values = [each for value in event.details.values() for each in (value if isinstance(value, list) else [value])]
    return {each for each in values if isinstance(each, str)}


def _event(event: tables.Event, person: tables.Person) -> dict[str, Any]:
    """An event; who caused it is given by the role only, so that other persons' ids are not exported."""
    return {
        "id": event.id,
        "kind": event.kind,
        "byThem": event.actor_id == person.id,
        "actor": event.actor_role,
        "occurredAt": _at(event.occurred_at),
        "recordedAt": _at(event.recorded_at),
        "organisationId": event.organisation_id,
        "subjectId": event.subject_id,
        "details": event.details,
    }


async def _deliveries(person: tables.Person) -> Part:
    """The letters to them, and those to the support address that quote their request."""
    quoting = Q(topic=Topic.SUPPORT_OPENED.value, event__actor_id=person.id)
    letters = await Delivery.filter(Q(person_id=person.id) | quoting).order_by("created_at", "id")
    attempts: dict[str, Part] = {}
    for each in await DeliveryAttempt.filter(delivery_id__in=[letter.id for letter in letters]).order_by("id"):
        attempts.setdefault(each.delivery_id, []).append(
            {
                "number": each.number,
                "at": _at(each.at),
                "outcome": each.outcome,
                "error": each.error,
                "durationMs": each.duration_ms,
            }
        )
    return [
        {
            "id": delivery.id,
            "topic": delivery.topic,
            "channel": delivery.channel,
            "recipient": delivery.recipient,
            "subject": delivery.subject,
            "state": delivery.state,
            "reason": delivery.reason,
            "providerId": delivery.provider_id,
            "createdAt": _at(delivery.created_at),
            "sentAt": _at(delivery.sent_at),
            "attempts": attempts.get(delivery.id, []),
        }
        for delivery in letters
    ]


async def _surveys(person: tables.Person) -> Part:
    asked = SurveyRequest.filter(seat__person_id=person.id)
    return [
        {
            "seatId": each.seat_id,
            "termId": each.term_id,
            "askedAt": _at(each.asked_at),
            "answeredAt": _at(each.answered_at),
            "score": each.score,
            "comment": each.comment,
        }
        for each in await asked.order_by("asked_at", "id")
    ]


def _support_request(request: SupportRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "seatId": request.seat_id,
        "message": request.message,
        "check": request.check_answer,
        "access": request.access_answer,
        "openedAt": _at(request.opened_at),
        "closedAt": _at(request.closed_at),
        "answer": request.answer,
    }


async def _notes(person: tables.Person, events: list[tables.Event]) -> Part:
    """The notes of those events, and those that name them."""
    given = await tables.Note.filter(event_id__in=[each.id for each in events])
    texts = {note.event_id: note.text for note in given} | await find_notes_naming(person)
    written = {event.id for event in events if event.actor_id == person.id}
    return [
        {"eventId": event_id, "writtenByThem": event_id in written, "text": texts[event_id]}
        for event_id in sorted(texts)
    ]
