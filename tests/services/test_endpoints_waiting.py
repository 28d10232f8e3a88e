"""What waits for an endpoint or for its channel: released when both are well, warned of first, by the hand of staff."""

from datetime import timedelta

import pytest

from capcom_gql.app.broker_check import BrokerCheck
from capcom_gql.app.checks import findings
from capcom_gql.app.findings import check_context
from capcom_gql.delivery.webhook_health import sweep_endpoints
from capcom_gql.domain.endpoints import DISABLE_AFTER
from capcom_gql.settings import load
from capcom_gql.storage.event_log import ENDPOINT_DISABLED, NO_URL
from capcom_gql.storage.tables import Delivery
from tests.databases import ONLY_SQLITE
from tests.services.house import House, Service, due_now, states
from tests.services.receiving import URL, change, create, failing_for, install, notices, only, received, to_endpoints

pytestmark = pytest.mark.rule("R21")

SIX_DAYS = DISABLE_AFTER + timedelta(days=1)


@pytest.fixture
async def service(house: House) -> Service:
    """A process with a channel for mail and one for web addresses, with one endpoint for what opens."""
    house.channel("post")
    install(house)
    service = await house.start()
    await create(service, URL, "subscription.opened")
    return service


async def held_by_readyz(house: House, service: Service) -> int:
    """What /readyz counts as held."""
    stands = await check_context(load(house.environment()), BrokerCheck(""), service.registry)
    held = (await findings(stands, probing=True))["notifiers"].as_json()["held"]
    assert isinstance(held, int)
    return held


async def test_what_had_no_channel_goes_when_its_endpoint_is_enabled(house: House) -> None:
    """The channel came while the endpoint was disabled."""
    house.channel("post")
    service = await house.start()
    await create(service, URL, "subscription.opened")
    await change(service, (await only()).id, is_enabled=False)
    await service.subscribe("ana")
    assert [each.channel for each in await to_endpoints()] == [NO_URL]
    assert await held_by_readyz(house, service) == 1
    install(house)
    service = await house.start()
    (held,) = await to_endpoints()
    assert (held.state, held.channel, held.reason) == ("HELD", "hook", ENDPOINT_DISABLED)
    await change(service, (await only()).id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 1}


async def test_what_its_channel_held_goes_when_its_endpoint_is_enabled(house: House, service: Service) -> None:
    """Its endpoint was disabled before the channel was configured."""
    house.mood("unset")
    await service.subscribe("ana")
    await service.tick()
    await change(service, (await only()).id, is_enabled=False)
    house.mood("well")
    service = await house.start()
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"HELD": 1}
    await change(service, (await only()).id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 1}


async def test_readyz_counts_what_waits_for_settings_not_for_an_endpoint(house: House, service: Service) -> None:
    house.mood("unset")
    await service.subscribe("ana")
    await service.tick()
    assert await held_by_readyz(house, service) == 1
    await Delivery.filter(endpoint_id__isnull=False).update(reason=None)
    await change(service, (await only()).id, is_enabled=False)
    await service.subscribe("bob")
    assert await states(endpoint_id__isnull=False) == {"HELD": 2}
    assert await held_by_readyz(house, service) == 1


async def test_after_an_outage_of_ours_staff_are_warned_first(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    await failing_for(SIX_DAYS)
    await due_now()
    await service.tick()
    assert (await only()).is_enabled
    assert await notices() == ["endpoint.failing"]
    await due_now()
    await service.tick()
    assert (await only()).is_enabled
    await failing_for(SIX_DAYS, warned=True)
    await due_now()
    await service.tick()
    assert (await only()).disabled_reason == "FAILING"
    assert await notices() == ["endpoint.failing", "endpoint.disabled"]


async def test_what_is_held_for_its_channel_is_no_failing_of_the_endpoint(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    house.mood("unset")
    await due_now()
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"HELD": 1}
    await failing_for(SIX_DAYS)
    assert await sweep_endpoints(service.runtime) == 0
    await failing_for(SIX_DAYS, warned=True)
    assert await sweep_endpoints(service.runtime) == 0
    await Delivery.filter(endpoint_id__isnull=False).update(state="SENT", reason=None)
    assert await sweep_endpoints(service.runtime) == 1


@ONLY_SQLITE
async def test_what_staff_disable_that_was_disabled_already_is_theirs(house: House, service: Service) -> None:
    house.mood("gone")
    await service.subscribe("ana")
    await service.tick()
    endpoint = await only()
    assert endpoint.disabled_reason == "GONE"
    endpoint = await change(service, endpoint.id, is_enabled=False)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "BY_STAFF")
    endpoint = await change(service, endpoint.id, url=f"{URL}/new")
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "BY_STAFF")
    assert await notices() == ["endpoint.disabled"]


@ONLY_SQLITE
async def test_enabling_what_is_enabled_and_failing_sends_again_at_once(house: House, service: Service) -> None:
    house.mood("busy")
    await service.subscribe("ana")
    await service.tick()
    house.mood("no")
    await service.subscribe("bob")
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"RETRYING": 1, "FAILED": 1}
    house.mood("well")
    endpoint = await change(service, (await only()).id, is_enabled=True)
    assert endpoint.failing_since is None
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 2}
    assert len(received(house)) == 4
