"""What is on its way to an endpoint while that is changed: its outcome is written, judged rightly, and never lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.databases import ONLY_SQLITE
from tests.patience import eventually
from tests.services.house import House, Service, due_now, states
from tests.services.receiving import URL, change, create, install, only, received, to_endpoints

pytestmark = [ONLY_SQLITE, pytest.mark.rule("R21")]


@pytest.fixture
async def service(house: House) -> Service:
    """A process with a channel for mail and one for web addresses, with one endpoint for what opens."""
    house.channel("post")
    install(house)
    service = await house.start()
    await create(service, URL, "subscription.opened")
    return service


@asynccontextmanager
async def on_its_way(house: House) -> AsyncIterator[None]:
    """Another process sends what is due; its first message is on its way until the block ends."""
    plugin = house.plugins / "hook.py"
    waiting = plugin.read_text().replace("        mood = ", "        await arrived()\n        mood = ")
    plugin.write_text(waiting + WAITING.format(folder=str(house.folder)), encoding="utf-8")
    service = await house.start()
    ticking = asyncio.create_task(service.tick())
    await eventually((house.folder / "began").exists)
    yield
    (house.folder / "over").touch()
    await ticking


WAITING = """
import asyncio
FOLDER = Path({folder!r})

async def arrived():
    (FOLDER / "began").touch()
    while not (FOLDER / "over").exists():
        await asyncio.sleep(0.02)
"""


async def test_a_gone_of_the_address_before_goes_to_the_new_one(house: House, service: Service) -> None:
    """It says nothing of the new address, which is tried at once and has its whole schedule before it."""
    house.mood(f"gone {URL}")
    await service.subscribe("ana")
    async with on_its_way(house):
        await change(service, (await only()).id, url=f"{URL}/new")
    endpoint = await only()
    assert (endpoint.is_enabled, endpoint.failing_since) == (True, None)
    assert [(each.address, each.attempt) for each in received(house)] == [(URL, 1), (f"{URL}/new", 2)]
    (sent,) = await to_endpoints()
    assert (sent.state, sent.uncounted, sent.recipient) == ("SENT", 1, f"{URL}/new")


async def test_what_is_on_its_way_when_it_is_disabled_has_its_outcome_written(house: House, service: Service) -> None:
    """Held, it would be sent a second time."""
    await service.subscribe("ana")
    await service.subscribe("bob")
    async with on_its_way(house):
        await change(service, (await only()).id, is_enabled=False)
    assert await states(endpoint_id__isnull=False) == {"SENT": 1, "HELD": 1}


@pytest.mark.parametrize("mood", ["gone", "no"])
async def test_what_fails_after_it_was_disabled_goes_again_when_it_is_enabled(
    house: House, service: Service, mood: str
) -> None:
    house.mood(mood)
    await service.subscribe("ana")
    async with on_its_way(house):
        await change(service, (await only()).id, is_enabled=False)
    assert await states(endpoint_id__isnull=False) == {"FAILED": 1}
    assert (await only()).disabled_reason == "BY_STAFF"
    house.mood("well")
    await change(service, (await only()).id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 1}


async def test_a_failure_that_comes_after_another_worker_sent_it_says_nothing(house: House, service: Service) -> None:
    await service.subscribe("ana")
    async with on_its_way(house):
        await due_now()
        await service.tick()
        assert await states(endpoint_id__isnull=False) == {"SENT": 1}
        house.mood("busy")
    assert [each.attempt for each in received(house)] == [1, 2]
    assert (await only()).failing_since is None
