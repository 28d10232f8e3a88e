"""Endpoints that fail: gone at once, warned of after a day, disabled after five, mended, with nothing lost."""

from datetime import timedelta

import pytest

from capcom_gql import clock
from capcom_gql.delivery.webhook_health import sweep_endpoints
from capcom_gql.domain.endpoints import DISABLE_AFTER, WARN_AFTER
from capcom_gql.services.retry_delivery import retry_delivery
from capcom_gql.services.update_webhook_endpoint import UpdateWebhookEndpointForm, update_webhook_endpoint
from capcom_gql.storage.event_log import ENDPOINT_DISABLED
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from tests.databases import ONLY_SQLITE
from tests.services.house import House, Service, due_now, faults_of, states
from tests.services.receiving import URL, change, create, failing_for, install, notices, only, received, to_endpoints

A_SECOND = timedelta(seconds=1)


@pytest.fixture
async def service(house: House) -> Service:
    """A process with a channel for mail and one for web addresses, with one endpoint for what opens and is added."""
    house.channel("post")
    install(house)
    service = await house.start()
    await create(service, URL, "subscription.opened", "seat.added")
    return service


async def try_again(service: Service) -> None:
    """Let the waits be over, and whatever is due be done."""
    await due_now()
    await service.tick()


@pytest.mark.parametrize("mood", ["gone", "invalid"])
async def test_gone_is_the_end_at_once_and_staff_are_told(house: House, service: Service, mood: str) -> None:
    house.mood(mood)
    await service.subscribe("ana", "bob")
    _, *others = await to_endpoints()
    await service.tick()
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.disabled_reason, len(received(house))) == (False, "GONE", 1)
    states_now = [(each.state, each.reason) for each in await to_endpoints()]
    reason = {"gone": "hook: 410 Gone", "invalid": "hook: it resolves to 127.0.0.1"}[mood]
    assert states_now == [("FAILED", reason), *[("HELD", ENDPOINT_DISABLED)] * len(others)]
    event = await Event.get(kind="endpoint.disabled")
    assert event.details == {"endpoint_id": endpoint.id, "reason": "GONE"}
    assert (event.subject_id, event.organisation_id, event.actor_role) == (endpoint.id, None, "SYSTEM")
    assert await notices() == ["endpoint.disabled"]
    letter = await Delivery.get(topic="staff_notice")
    assert (letter.state, letter.recipient) == ("SENT", service.runtime.support_email)
    assert URL in letter.subject


async def test_replay_sends_what_was_held_and_what_failed_in_order(house: House, service: Service) -> None:
    house.mood("gone")
    await service.subscribe("ana")
    await service.tick()
    await service.subscribe("bob")
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"FAILED": 1, "HELD": 3}
    house.mood("well")
    endpoint = await change(service, (await only()).id, is_enabled=True)
    assert (endpoint.is_enabled, endpoint.disabled_reason, endpoint.failing_since) == (True, None, None)
    tried = len(received(house))
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 4}
    sent = received(house)[tried:]
    assert [each.id for each in sent] == [each.id for each in await to_endpoints()]
    # the same id as before, so that a receiver knows it again
    assert received(house)[0].id == sent[0].id and sent[0].attempt == 2
    await service.tick()
    assert len(received(house)) == tried + 4


async def test_failing_begins_with_the_first_failure_and_ends_with_a_success(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    before = clock.utc_now()
    await service.tick()
    since = (await only()).failing_since
    assert before <= since <= clock.utc_now()
    await try_again(service)
    assert (await only()).failing_since == since
    house.mood("well")
    await try_again(service)
    assert (await only()).failing_since is None
    assert await notices() == []


async def test_staff_are_warned_once_after_a_day(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    await failing_for(WARN_AFTER - timedelta(minutes=1))
    await try_again(service)
    assert await notices() == []
    await failing_for(WARN_AFTER)
    await try_again(service)
    await try_again(service)
    assert await notices() == ["endpoint.failing"]
    letter = await Delivery.get(topic="staff_notice")
    assert (letter.state, letter.recipient) == ("SENT", service.runtime.support_email)
    endpoint = await only()
    assert endpoint.is_enabled and endpoint.warned_at is not None
    assert (await Event.get(kind="endpoint.failing")).details == {"endpoint_id": endpoint.id}


async def test_after_five_days_it_is_disabled_and_everything_waits(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    await failing_for(DISABLE_AFTER - timedelta(minutes=1))
    await try_again(service)
    assert (await only()).is_enabled
    await failing_for(DISABLE_AFTER, warned=True)
    await try_again(service)
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "FAILING")
    assert await states(endpoint_id__isnull=False) == {"HELD": 2}
    assert await notices() == ["endpoint.failing", "endpoint.disabled"]
    await service.subscribe("bob")
    await try_again(service)
    assert await states(endpoint_id__isnull=False) == {"HELD": 4}
    house.mood("well")
    await change(service, endpoint.id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 4}


@ONLY_SQLITE
async def test_what_was_given_up_in_these_days_goes_again_and_nothing_older(house: House, service: Service) -> None:
    house.mood("no")
    await service.subscribe("ana")
    await service.tick()
    # from an earlier spell, which ended
    await DeliveryAttempt.all().update(at=clock.utc_now() - timedelta(days=30))
    await service.subscribe("bob")
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"FAILED": 4}
    recent = await DeliveryAttempt.filter(delivery__endpoint_id__isnull=False).order_by("-id").limit(2)
    await WebhookEndpoint.all().update(failing_since=min(each.at for each in recent))
    await change(service, (await only()).id, is_enabled=False)
    house.mood("well")
    await change(service, (await only()).id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"FAILED": 2, "SENT": 2}


@ONLY_SQLITE
async def test_what_goes_again_has_its_whole_schedule_before_it(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await Delivery.filter(endpoint_id__isnull=False).update(attempt=7)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"FAILED": 2}
    await change(service, (await only()).id, url=f"{URL}/new")
    await service.tick()
    assert [(each.state, each.attempt) for each in await to_endpoints()] == [("RETRYING", 9)] * 2


@ONLY_SQLITE
async def test_silence_does_not_save_it(house: House, service: Service) -> None:
    """What it was sent is given up after three days; on the fifth it is disabled though nothing is tried any more."""
    house.mood("no")
    await service.subscribe("ana")
    await service.tick()
    await failing_for(DISABLE_AFTER + A_SECOND, warned=True)
    await service.tick()
    assert (await only()).disabled_reason == "FAILING"
    assert len(received(house)) == 2
    assert await notices() == ["endpoint.disabled"]


@ONLY_SQLITE
async def test_an_outage_of_ours_is_not_its_failing(house: House, service: Service) -> None:
    """Nobody tried for six days; it is tried before it is judged."""
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    await failing_for(DISABLE_AFTER + timedelta(days=1))
    await due_now()
    assert await sweep_endpoints(service.runtime) == 0
    house.mood("well")
    await service.tick()
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.failing_since) == (True, None)
    assert await notices() == []


@ONLY_SQLITE
@pytest.mark.parametrize("mood", ["broken", "unset"])
async def test_the_channels_own_fault_says_nothing_of_it(house: House, service: Service, mood: str) -> None:
    house.mood(mood)
    await service.subscribe("ana")
    for _ in range(3):
        await try_again(service)
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.failing_since) == (True, None)
    assert await states(endpoint_id__isnull=False) == {"FAILED" if mood == "broken" else "HELD": 2}


@ONLY_SQLITE
async def test_another_address_counts_as_mended(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    house.mood("well")
    endpoint = await change(service, (await only()).id, url=f"{URL}/new")
    assert endpoint.failing_since is None
    # not after its wait, but now
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 2}
    assert received(house)[-1].address == f"{URL}/new"


@ONLY_SQLITE
async def test_another_address_enables_what_failed_but_not_what_staff_disabled(house: House, service: Service) -> None:
    house.mood("gone")
    await service.subscribe("ana")
    await service.tick()
    house.mood("well")
    endpoint = await change(service, (await only()).id, url=f"{URL}/new")
    assert endpoint.is_enabled
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 2}
    await change(service, endpoint.id, is_enabled=False)
    endpoint = await change(service, endpoint.id, url=URL)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "BY_STAFF")
    assert (await change(service, endpoint.id, url=f"{URL}/new", is_enabled=True)).is_enabled


@ONLY_SQLITE
async def test_staff_disable_and_enable_it_by_hand(house: House, service: Service) -> None:
    """It is on record who did it; whoever does it needs no mail."""
    endpoint = await change(service, (await only()).id, is_enabled=False)
    endpoint = await change(service, endpoint.id, is_enabled=False)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "BY_STAFF")
    event = await Event.get(kind="endpoint.disabled")
    assert (event.actor_id, event.details["reason"]) == (service.staff.person_id, "BY_STAFF")
    assert await notices() == []
    await service.subscribe("ana")
    await change(service, endpoint.id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 2}


@ONLY_SQLITE
async def test_one_that_failed_is_tried_again_by_hand(house: House, service: Service) -> None:
    house.mood("no")
    await service.subscribe("ana")
    await service.tick()
    one, other = await to_endpoints()
    house.mood("well")
    await retry_delivery(service.runtime, service.staff, one.id)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 1, "FAILED": 1}
    assert (await only()).failing_since is None
    conflict = [("CONFLICT", "deliveryId")]
    await change(service, (await only()).id, is_enabled=False)
    assert await faults_of(retry_delivery(service.runtime, service.staff, other.id)) == conflict
    await WebhookEndpoint.all().update(deleted_at=clock.utc_now())
    assert await faults_of(retry_delivery(service.runtime, service.staff, other.id)) == conflict
    gone = UpdateWebhookEndpointForm((await only()).id, is_enabled=True)
    refused = update_webhook_endpoint(service.runtime, service.staff, gone)
    assert await faults_of(refused) == [("NOT_FOUND", "endpointId")]


@ONLY_SQLITE
@pytest.mark.parametrize("meanwhile", ["mended", "deleted"])
async def test_staff_are_not_told_what_is_over(house: House, service: Service, meanwhile: str) -> None:
    await failing_for(DISABLE_AFTER, warned=True)
    assert await sweep_endpoints(service.runtime) == 1
    if meanwhile == "mended":
        await change(service, (await only()).id, is_enabled=True)
    else:
        await WebhookEndpoint.all().update(deleted_at=clock.utc_now())
    await service.tick()
    letter = await Delivery.get(topic="staff_notice")
    assert letter.state == "SUPPRESSED" and "before the letter was sent" in (letter.reason or "")
