"""A client that hangs up: what it asked for is carried out in full or not at all, and nothing stays behind."""

import asyncio
import random

import pytest

from capcom_gql.storage.tables import Delivery, Event, Organisation, Seat, Subscription, Term
from tests.services.aftermath import all_ended, nothing_stays_behind
from tests.services.house import House, Service, states

TIMES = 40


async def hang_up(service: Service, deeds: int, longest: float) -> None:
    """Sign organisations up, and leave each at a moment of its own."""
    chance = random.Random(deeds)
    for start in range(0, deeds, 8):
        callers = [asyncio.create_task(service.subscribe(f"u{start + each}", "bob")) for each in range(8)]
        for caller in callers:
            await asyncio.sleep(chance.uniform(0, longest))
            caller.cancel()
        await asyncio.wait(callers)
    await all_ended()


@pytest.mark.parametrize("longest", [0.001, 0.01], ids=["soon", "well on"])
async def test_a_sign_up_is_whole_or_is_not(house: House, service: Service, longest: float) -> None:
    await hang_up(service, TIMES, longest)
    count = await Subscription.all().count()
    assert await Organisation.all().count() == await Term.all().count() == count
    assert await Seat.all().count() == await Delivery.filter(topic="welcome").count() == 2 * count
    assert await Event.filter(kind="subscription.opened").count() == count
    assert await Event.filter(kind="seat.added").count() == 2 * count
    await service.subscribe("ana")
    await nothing_stays_behind(house.database_url)


async def test_a_worker_that_is_told_to_stop_in_the_middle(house: House, service: Service) -> None:
    """What it had in hand is taken up by the next; no letter is lost."""
    await service.subscribe(*(f"u{number}" for number in range(10)), plan="COLLECTIF")
    chance = random.Random(10)
    for _ in range(6):
        turn = asyncio.create_task(service.tick())
        await asyncio.sleep(chance.uniform(0, 0.04))
        turn.cancel()
        await asyncio.wait({turn})
    await all_ended()
    await Delivery.filter(state="PENDING").update(leased_until=None)
    await service.tick()
    assert await states() == {"SENT": 10}
