"""What is kept about one person, told to them: everything, in a fixed order, and no secret (both engines)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from capcom_gql.domain.seats import format_number
from capcom_gql.forms import OrganisationForm
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.privacy.export_person import export_person
from capcom_gql.storage.tables import Delivery, Event, Note, OneTimeLink, Organisation, Person, Session, UnsubscribeLink
from tests.services.canary import TRACES, Canary, aviary, cells
from tests.services.house import House, Service

PARTS = [
    "person",
    "seats",
    "organisations",
    "termsAccepted",
    "redemptions",
    "events",
    "deliveries",
    "sessions",
    "oneTimeLinks",
    "unsubscribeLinks",
    "emailChanges",
    "idempotencyKeys",
    "surveys",
    "supportRequests",
    "answersGiven",
    "notes",
]


@pytest.fixture
async def service(house: House) -> Service:
    return await aviary(house)


async def export(canary: Canary) -> dict[str, Any]:
    """What is kept of them, through JSON."""
    found: dict[str, Any] = json.loads(json.dumps(await export_person(await Person.get(id=canary.person.id), "EUR")))
    return found


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


async def test_every_trace_in_any_table_is_told(canary: Canary) -> None:
    told = {text.casefold() for text in texts(await export(canary))}
    found = 0
    async for place, value in cells():
        kept = json.loads(value) if place == "person.addresses" else value
        for text in texts(kept):
            if any(trace in text.casefold() for trace in TRACES):
                assert text.casefold() in told, place
                found += 1
    assert found > 30


async def test_the_parts_come_in_their_order_and_none_is_empty(canary: Canary) -> None:
    told = await export(canary)
    assert list(told) == PARTS
    # whoever was signed up by staff has accepted nothing themselves
    assert [part for part in PARTS if not told[part]] == ["termsAccepted", "answersGiven"]


async def test_no_secret_and_no_hash(canary: Canary) -> None:
    secrets = {canary.access_token, str((await Person.get(id=canary.person.id)).password_hash)}
    for model in (Session, OneTimeLink, UnsubscribeLink):
        secrets |= {str(each) for each in await model.all().values_list("token_hash", flat=True)}
    assert len(secrets) > 3
    text = json.dumps(await export(canary))
    assert [secret for secret in secrets if secret in text] == []
    assert "token" not in text.casefold()


async def test_the_answers_of_staff_and_an_address_for_invoices_that_is_theirs(
    service: Service, canary: Canary
) -> None:
    staff = await Person.get(id=service.staff.person_id)
    answered = await export_person(staff, "EUR")
    assert [each["answer"] for each in answered["answersGiven"]] == ["Bonjour Canarina, c'est réglé."]
    organisations = {each["id"] for each in (await export(canary))["organisations"]}
    first, second = sorted(organisations)
    await Organisation.filter(id=first).update(billing_email=canary.person.email.upper())
    await Organisation.filter(id=second).update(billing_email="compta@ville.example")
    told = {each["id"]: each["billingEmail"] for each in (await export(canary))["organisations"]}
    assert told == {first: canary.person.email.upper(), second: None}


async def test_nothing_of_others(service: Service, canary: Canary) -> None:
    """Their organisations' other users are in no part, not by name, not by address."""
    text = json.dumps(await export(canary)).casefold()
    assert [name for name in ("bob@", "zoe@", "staff@capcom", "silva") if name in text] == []
    assert service.staff.person_id not in {event["actor"] for event in (await export(canary))["events"]}


async def test_what_each_part_says(canary: Canary) -> None:
    told = await export(canary)
    assert told["person"]["email"] == canary.person.email and told["person"]["hasPassword"] is True
    assert told["person"]["surveysRefusedAt"] is not None
    by_subscription = {seat["subscriptionId"]: seat for seat in told["seats"]}
    assert by_subscription[canary.live_id]["subscriberNumber"] == format_number(canary.number)
    assert by_subscription[canary.unpaid_id]["isManager"] is True
    assert {each["id"] for each in told["organisations"]} == {
        str(each) for each in await Organisation.all().values_list("id", flat=True)
    }
    (redeemed,) = told["redemptions"]
    assert redeemed["price"] == {"amountMinor": 10_000, "currency": "EUR"}
    assert redeemed["reduction"] == {"amountMinor": 1_000, "currency": "EUR"}
    assert {each["usedAt"] is None for each in told["emailChanges"]} == {True, False}
    assert [(each["score"], each["comment"]) for each in told["surveys"]] == [(9, "Signé : le canari")]
    assert [each["closedAt"] is None for each in told["supportRequests"]] == [False, True]
    assert [each["key"] for each in told["idempotencyKeys"]] == ["canari-1"]
    assert {each["writtenByThem"] for each in told["notes"]} == {True}
    attempted = [each for each in told["deliveries"] if each["attempts"]]
    assert {attempt["outcome"] for each in attempted for attempt in each["attempts"]} == {"SENT", "RETRY"}
    assert len(told["deliveries"]) == await Delivery.filter(person_id=canary.person.id).count() + 2


async def test_events_by_them_and_about_them_and_no_others(canary: Canary) -> None:
    told = {event["id"]: event for event in (await export(canary))["events"]}
    kinds = {(event["kind"], event["byThem"]) for event in told.values()}
    assert {
        ("seat.added", False),
        ("discount.redeemed", False),
        ("renewal.declined", True),
        ("support.opened", True),
        ("support.closed", False),
        ("email.changed", False),
        ("password.requested", False),
    } <= kinds
    left = await Event.exclude(id__in=list(told))
    seats = {seat.id for seat in await canary.seats()}
    assert left and not any(
        canary.person.id in json.dumps([event.details, event.actor_id, event.subject_id])
        or any(seat in json.dumps(event.details) for seat in seats)
        for event in left
    )


async def test_a_note_that_names_them_and_an_organisation_that_invoices_them(service: Service, canary: Canary) -> None:
    """Of an organisation in which they never had a seat, and of a deed that was not about them."""
    await service.subscribe("zoe", organisation=OrganisationForm("Ville de Nantes"))
    await Organisation.filter(name="Ville de Nantes").update(billing_email=canary.person.email)
    told = {each["id"] for each in (await export(canary))["events"]}
    event = await Event.filter(organisation__subscription__id=canary.live_id).exclude(id__in=list(told)).first()
    assert event is not None
    await Note.create(event=event, text="voir M. Canariello")
    found = await export(canary)
    assert ("Ville de Nantes", canary.person.email) in {
        (each["name"], each["billingEmail"]) for each in found["organisations"]
    }
    assert {"eventId": event.id, "writtenByThem": False, "text": "voir M. Canariello"} in found["notes"]


@pytest.mark.rule("R23")
async def test_what_is_kept_of_somebody_erased(service: Service, canary: Canary) -> None:
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, "asked for in writing"))
    told = await export(canary)
    assert list(told) == PARTS
    assert not any(trace in text.casefold() for text in texts(told) for trace in TRACES)
    empty = {part for part in PARTS if not told[part]}
    assert empty == {
        "termsAccepted",
        "oneTimeLinks",
        "unsubscribeLinks",
        "emailChanges",
        "idempotencyKeys",
        "answersGiven",
    }
    assert [(note["writtenByThem"], note["text"]) for note in told["notes"]] == [(False, "asked for in writing")]
