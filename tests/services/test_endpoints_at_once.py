"""Endpoints that several deeds and workers meet at once: told of once, and nothing is left behind (both engines)."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from capcom_gql import clock
from capcom_gql.delivery.leases import claim
from capcom_gql.delivery.webhook_health import check_health, disable, lock_endpoint, reenable, sweep_endpoints
from capcom_gql.delivery.webhook_outcomes import hold_delivery, record_outcome
from capcom_gql.domain.endpoints import DISABLE_AFTER, DisabledReason
from capcom_gql.domain.rights import SYSTEM
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import ENDPOINT_DISABLED
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import LONG
from tests.services.house import House, Service, states
from tests.services.receiving import URL, change, create, failing_for, install, notices, only, received, to_endpoints


@pytest.fixture
async def service(house: House) -> Service:
    """A process with a channel for mail and one for web addresses, with one endpoint for what opens and is added."""
    house.channel("post")
    install(house)
    service = await house.start()
    await create(service, URL, "subscription.opened", "seat.added")
    return service


async def test_of_many_that_find_it_gone_at_once_one_tells_staff(house: House, service: Service) -> None:
    house.mood("gone")
    await service.subscribe(*(f"u{seat}" for seat in range(9)), plan="COLLECTIF")
    other = await house.start()
    await asyncio.gather(*(each.tick() for each in (service, other, service, other)))
    assert not (await only()).is_enabled
    assert await Event.filter(kind="endpoint.disabled").count() == 1
    assert await notices() == ["endpoint.disabled"]
    assert set(await states(endpoint_id__isnull=False)) <= {"FAILED", "HELD"}


async def test_two_that_judge_it_at_once_disable_it_once(service: Service) -> None:
    await failing_for(DISABLE_AFTER, warned=True)
    assert sum(await asyncio.gather(*(sweep_endpoints(service.runtime) for _ in range(4)))) == 1
    assert await Event.filter(kind="endpoint.disabled").count() == 1
    assert await notices() == ["endpoint.disabled"]


@ONLY_POSTGRES
@pytest.mark.parametrize("judged", ["failing", "gone"])
async def test_who_waits_for_another_that_disables_it_finds_it_done(service: Service, judged: str) -> None:
    endpoint, since = await only(), await failing_for(DISABLE_AFTER, warned=True)
    gone = Outcome(kind=OutcomeKind.FAILED, reason="hook: 410 Gone", gone=True)

    async def judge_it() -> None:
        if judged == "gone":
            await record_outcome(service.runtime, endpoint.id, URL, gone, since)
        else:
            await check_health(service.runtime, endpoint.id)

    begun, go_on = asyncio.Event(), asyncio.Event()

    async def judge_and_wait() -> None:
        await judge_it()
        begun.set()
        await go_on.wait()

    first = asyncio.create_task(in_one_transaction(judge_and_wait))
    await begun.wait()
    second = asyncio.create_task(in_one_transaction(judge_it))
    await asyncio.sleep(0.3)
    assert not second.done()
    go_on.set()
    await asyncio.gather(first, second)
    assert await Event.filter(kind="endpoint.disabled").count() == 1
    assert await notices() == ["endpoint.disabled"]


@ONLY_SQLITE
async def test_of_failures_that_overlap_the_earliest_counts(service: Service) -> None:
    """Whichever is written down first, and though it is disabled by then: both are sent again when it is enabled."""
    endpoint, now = await only(), clock.utc_now()
    gone = Outcome(kind=OutcomeKind.FAILED, reason="hook: 410 Gone", gone=True)
    for earlier in (0, 2, 1):
        await record_outcome(service.runtime, endpoint.id, URL, gone, now - timedelta(seconds=earlier))
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.failing_since) == (False, now - timedelta(seconds=2))
    assert await notices() == ["endpoint.disabled"]


@ONLY_POSTGRES
async def test_a_gone_beside_the_enabling_disables_it_again_and_is_not_lost(house: House, service: Service) -> None:
    """It was on its way when the endpoint was disabled, and is written down while that is enabled."""
    endpoint, now = await only(), clock.utc_now()
    gone = Outcome(kind=OutcomeKind.FAILED, reason="hook: 410 Gone", gone=True)
    await in_one_transaction(partial(record_outcome, service.runtime, endpoint.id, URL, gone, now))
    mended, go_on = asyncio.Event(), asyncio.Event()

    async def enable() -> None:
        disabled = await lock_endpoint(endpoint.id)
        assert disabled is not None and not disabled.is_enabled
        await reenable(disabled)
        mended.set()
        await go_on.wait()

    enabling = asyncio.create_task(in_one_transaction(enable))
    await mended.wait()
    a_moment_after = now + timedelta(milliseconds=5)
    second = asyncio.create_task(
        in_one_transaction(partial(record_outcome, service.runtime, endpoint.id, URL, gone, a_moment_after))
    )
    await asyncio.sleep(0.3)
    assert not second.done()
    go_on.set()
    await asyncio.gather(enabling, second)
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "GONE")
    assert endpoint.failing_since == a_moment_after


@ONLY_POSTGRES
async def test_two_endpoints_are_disabled_at_once_without_waiting_for_each_other(service: Service) -> None:
    """Each tells the other of it, as the operator's endpoints are told everything."""
    await create(service, f"{URL}/one")
    await create(service, f"{URL}/two")
    await failing_for(DISABLE_AFTER, warned=True)
    begun = asyncio.Barrier(2)

    async def judge_it(endpoint_id: str) -> None:
        endpoint = await lock_endpoint(endpoint_id)
        assert endpoint is not None
        await begun.wait()
        await disable(service.runtime, endpoint, DisabledReason.FAILING, SYSTEM)

    one, two = await WebhookEndpoint.filter(url__startswith=f"{URL}/").order_by("id")
    async with asyncio.timeout(LONG):
        await asyncio.gather(*(in_one_transaction(partial(judge_it, each.id)) for each in (one, two)))
    assert await Event.filter(kind="endpoint.disabled").count() == 2


@ONLY_SQLITE
async def test_what_is_due_while_it_is_disabled_is_held_and_counts_as_no_attempt(
    house: House, service: Service
) -> None:
    """As for a deed that recorded its event beside the disabling."""
    await service.subscribe("ana")
    await WebhookEndpoint.all().update(is_enabled=False, disabled_reason="BY_STAFF")
    assert await service.tick() == (0, 3)
    assert await states(endpoint_id__isnull=False) == {"HELD": 2}
    (one, _) = await to_endpoints()
    assert (one.attempt, one.uncounted, one.reason) == (1, 1, ENDPOINT_DISABLED)
    kept = await DeliveryAttempt.get(delivery_id=one.id)
    assert (kept.outcome, kept.error) == ("HELD", ENDPOINT_DISABLED)
    await change(service, (await only()).id, is_enabled=True)
    await service.tick()
    assert [each.attempt for each in received(house)] == [2, 2]


@ONLY_SQLITE
async def test_what_was_found_disabled_and_is_enabled_when_it_is_held_goes_again(
    house: House, service: Service
) -> None:
    await service.subscribe("ana")
    (one, _) = await to_endpoints()
    claimed = await claim(one.id)
    assert claimed is not None
    await hold_delivery(await Delivery.get(id=one.id), claimed[1], clock.utc_now())
    assert await states(endpoint_id__isnull=False) == {"PENDING": 2}
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 2}
    assert sorted(each.attempt for each in received(house)) == [1, 2]


@ONLY_POSTGRES
async def test_an_event_recorded_beside_the_enabling_is_not_left_behind(house: House, service: Service) -> None:
    """The deed found it disabled and holds its event; whoever enables it waits for the deed, and releases that too."""
    endpoint = await change(service, (await only()).id, is_enabled=False)
    recorded, go_on = asyncio.Event(), asyncio.Event()

    async def deed() -> None:
        await service.subscribe("ana")
        recorded.set()
        await go_on.wait()

    doing = asyncio.create_task(in_one_transaction(deed))
    await recorded.wait()
    enabling = asyncio.create_task(change(service, endpoint.id, is_enabled=True))
    await asyncio.sleep(0.3)
    assert not enabling.done()
    go_on.set()
    await doing
    await enabling
    assert await states(endpoint_id__isnull=False) == {"PENDING": 2}
    await service.tick()
    assert len(received(house)) == 2


@ONLY_POSTGRES
async def test_deeds_do_not_wait_for_each_other_at_a_disabled_endpoint(service: Service) -> None:
    await change(service, (await only()).id, is_enabled=False)
    recorded, go_on = asyncio.Event(), asyncio.Event()

    async def deed() -> None:
        await service.subscribe("ana")
        recorded.set()
        await go_on.wait()

    doing = asyncio.create_task(in_one_transaction(deed))
    await recorded.wait()
    async with asyncio.timeout(LONG):
        await service.subscribe("bob")
    go_on.set()
    await doing
    assert await states(endpoint_id__isnull=False) == {"HELD": 4}
