"""Events on their way to webhook endpoints: which, to whom, with what body and by which keys (both engines)."""

from datetime import timedelta

import pytest

from capcom_gql import clock
from capcom_gql.domain.rights import Scope
from capcom_gql.services.create_api_key import CreateApiKeyForm, create_api_key
from capcom_gql.services.delete_webhook_endpoint import delete_webhook_endpoint
from capcom_gql.services.rotate_webhook_secret import rotate_webhook_secret
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import ENDPOINT_DISABLED, NO_URL, NO_URL_CHANNEL, to_person
from capcom_gql.storage.tables import Delivery, Event, Person, WebhookEndpoint, WebhookSecret
from tests.databases import ONLY_SQLITE
from tests.services.house import House, Service, due_now, states
from tests.services.receiving import URL, change, create, install, received, to_endpoints

pytestmark = pytest.mark.rule("R21")


@pytest.fixture
async def service(house: House) -> Service:
    """A process with a channel for mail and one for web addresses."""
    house.channel("post")
    install(house)
    return await house.start()


def kinds_sent(house: House, url: str = URL) -> list[str]:
    """The kinds of event that an address was sent, in their order."""
    return [each.topic for each in received(house) if each.address == url]


async def test_the_body_is_the_event_in_ids_only(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    made = await service.subscribe("ana", "bob")
    await service.tick()
    event = await Event.get(kind="subscription.opened")
    (told,) = received(house)
    (delivery,) = await to_endpoints()
    assert told.payload == {
        "type": "subscription.opened",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "schema_version": 1,
            "id": event.id,
            "organisation_id": event.organisation_id,
            "subject_id": made.subscription_id,
            "details": event.details,
        },
    }
    assert (told.id, told.address, told.subject, told.keys) == (
        delivery.id,
        URL,
        "subscription.opened",
        [created.secret],
    )
    assert told.text == "Subscription opened from 1 March 2027 to 29 February 2028, plan EQUIPE."
    assert (delivery.state, delivery.topic, delivery.recipient, delivery.subject) == (
        "SENT",
        "subscription.opened",
        URL,
        "subscription.opened",
    )
    assert (delivery.about, delivery.person_id, delivery.event_id) == ({}, None, event.id)


async def test_the_operators_gets_all_and_an_organisations_its_own(house: House, service: Service) -> None:
    made = await service.subscribe("ana")
    ours = await Event.get(subject_id=made.subscription_id, kind="subscription.opened")
    for url, organisation_id in ((URL, None), (f"{URL}/ours", ours.organisation_id)):
        await create(service, url, organisation_id=organisation_id)
    before = set(await Event.all().values_list("id", flat=True))
    await service.add(made.subscription_id, "bob")
    await service.subscribe("cleo")
    key = CreateApiKeyForm("desk", (Scope.EVENTS_READ,))
    await create_api_key(service.runtime, service.staff, key)
    await service.tick()
    since = await Event.exclude(id__in=before)
    assert sorted(kinds_sent(house)) == sorted(event.kind for event in since)
    assert "key.created" in kinds_sent(house), "what is about no organisation is the operator's, too"
    assert kinds_sent(house, f"{URL}/ours") == ["seat.added"]


async def test_a_filter_of_kinds_lets_these_pass_and_no_others(house: House, service: Service) -> None:
    await create(service, URL, "seat.added", "term.confirmed")
    made = await service.subscribe("ana", "bob")
    await service.record_proof(made.subscription_id)
    await service.tick()
    assert kinds_sent(house) == ["seat.added", "seat.added", "term.confirmed"]


async def test_a_new_endpoint_is_seen_at_once_and_gets_nothing_of_before(house: House, service: Service) -> None:
    """By a process that was there before it, too."""
    await service.subscribe("ana")
    other = await house.start()
    await create(other)
    await service.subscribe("bob")
    await service.tick()
    assert set(kinds_sent(house)) == {"subscription.opened", "seat.added", "terms.accepted"}
    assert len(received(house)) == 3


async def test_it_stands_or_falls_with_the_deed(service: Service) -> None:
    await create(service)

    async def undone() -> None:
        await service.subscribe("ana")
        assert len(await to_endpoints()) == 3
        raise LookupError

    with pytest.raises(LookupError):
        await in_one_transaction(undone)
    assert await to_endpoints() == []


async def test_by_each_channel_of_its_kind(house: House, service: Service) -> None:
    install(house, "second")
    service = await house.start()
    await create(service, URL, "subscription.opened")
    await service.subscribe("ana")
    await service.tick()
    assert len(received(house)) == len(received(house, "second")) == 1
    assert await states(endpoint_id__isnull=False) == {"SENT": 2}


async def test_without_a_channel_it_waits_for_the_first_that_comes(house: House) -> None:
    house.channel("post")
    service = await house.start()
    await create(service, URL, "subscription.opened")
    await service.subscribe("ana")
    await service.tick()
    (held,) = await to_endpoints()
    assert (held.state, held.channel, held.reason) == ("HELD", NO_URL, NO_URL_CHANNEL)
    install(house)
    service = await house.start()
    await service.tick()
    (sent,) = await to_endpoints()
    assert (sent.state, sent.channel) == ("SENT", "hook")
    assert not sent.reason
    assert sent.once_key == f"subscription.opened:{sent.event_id}:{sent.endpoint_id}:hook"


@ONLY_SQLITE
async def test_it_goes_to_the_address_that_the_endpoint_has_now(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    await service.subscribe("ana")
    await change(service, created.endpoint_id, url=f"{URL}/moved")
    await service.tick()
    (told,), (delivery,) = received(house), await to_endpoints()
    assert told.address == delivery.recipient == f"{URL}/moved"


@ONLY_SQLITE
async def test_two_secrets_sign_for_a_day_after_the_rotation(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    rotated = await rotate_webhook_secret(service.staff, created.endpoint_id)
    assert rotated.secret != created.secret and rotated.secret.startswith("whsec_")
    await service.subscribe("ana")
    await service.tick()
    old = await WebhookSecret.get(value=created.secret)
    assert old.expires_at - clock.utc_now() > timedelta(hours=23, minutes=59)
    assert old.expires_at - clock.utc_now() <= timedelta(hours=24)
    await WebhookSecret.filter(id=old.id).update(created_at=clock.utc_now(), expires_at=clock.utc_now())
    await service.subscribe("bob")
    await service.tick()
    assert [each.keys for each in received(house)] == [[rotated.secret, created.secret], [rotated.secret]]
    # the next rotation forgets what signs no more
    third = await rotate_webhook_secret(service.staff, created.endpoint_id)
    assert {each.value for each in await WebhookSecret.all()} == {rotated.secret, third.secret}


@ONLY_SQLITE
async def test_however_often_it_is_rotated_two_secrets_sign(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    told = [(await rotate_webhook_secret(service.staff, created.endpoint_id)).secret for _ in range(5)]
    await service.subscribe("ana")
    await service.tick()
    assert [each.keys for each in received(house)] == [[told[-1], told[-2]]]
    assert await WebhookSecret.all().count() == 2


@ONLY_SQLITE
async def test_a_retry_after_the_rotation_has_the_id_and_the_new_keys(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    rotated = await rotate_webhook_secret(service.staff, created.endpoint_id)
    house.mood("well")
    await due_now()
    await service.tick()
    first, second = received(house)
    assert (first.id, first.attempt, second.id, second.attempt) == (first.id, 1, first.id, 2)
    assert (first.keys, second.keys) == ([created.secret], [rotated.secret, created.secret])
    assert first.payload == second.payload


@ONLY_SQLITE
async def test_what_waits_for_a_deleted_endpoint_is_not_sent(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    await service.subscribe("ana")
    await delete_webhook_endpoint(service.staff, created.endpoint_id)
    await delete_webhook_endpoint(service.staff, created.endpoint_id)
    await service.subscribe("bob")
    await service.tick()
    (given_up,) = await to_endpoints()
    assert (given_up.state, given_up.reason) == ("SUPPRESSED", "the endpoint was deleted")
    assert received(house) == []
    assert not await WebhookSecret.all().exists(), "what signs no more is forgotten"


@ONLY_SQLITE
async def test_an_event_of_a_deed_that_met_the_deletion_is_not_sent_either(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    await service.subscribe("ana")
    # as it is where the event is recorded beside the deletion, which does not see it
    await WebhookEndpoint.filter(id=created.endpoint_id).update(deleted_at=clock.utc_now())
    await service.tick()
    (given_up,) = await to_endpoints()
    assert (given_up.state, given_up.reason) == ("SUPPRESSED", "the endpoint was deleted")


@ONLY_SQLITE
async def test_a_persons_own_web_address_is_never_written_to(service: Service) -> None:
    made = await service.subscribe("ana")
    ana = await Person.get(email_key="ana@ville.example")
    # as a profile of the version before may have it
    await Person.filter(id=ana.id).update(addresses=[{"kind": "url", "value": URL}, {"kind": "matrix", "value": "@a"}])
    ana = await Person.get(id=ana.id)
    assert to_person(ana).addresses == {"email": "ana@ville.example", "matrix": "@a"}
    await service.record_proof(made.subscription_id)
    assert not await Delivery.filter(channel="hook").exists()


@ONLY_SQLITE
async def test_a_disabled_one_holds_at_once_and_a_start_releases_nothing(house: House, service: Service) -> None:
    created = await create(service, URL, "subscription.opened")
    await change(service, created.endpoint_id, is_enabled=False)
    await service.subscribe("ana")
    (held,) = await to_endpoints()
    assert (held.state, held.channel, held.reason) == ("HELD", "hook", ENDPOINT_DISABLED)
    service = await house.start()
    await service.tick()
    (held,) = await to_endpoints()
    assert (held.state, held.attempt, received(house)) == ("HELD", 0, [])
