"""A letter stays with whoever sends it for as long as that lasts, and no longer than a lease after that."""

import asyncio
from datetime import timedelta

import pytest

from capcom_gql.delivery import leases
from capcom_gql.storage.tables import Delivery
from tests.services.house import House, states

LEASE = 0.8
LONG = f"if message.attempt == 1:\n    await asyncio.sleep({LEASE * 4})\nreturn Sent()"


@pytest.mark.parametrize("renewed", [True, False], ids=["renewed", "not renewed"])
async def test_a_lease_is_renewed_for_as_long_as_a_send_lasts(
    house: House, monkeypatch: pytest.MonkeyPatch, renewed: bool
) -> None:
    """A second worker looks all the while; without the renewals it takes the letter up once the lease is over."""
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=LEASE))
    monkeypatch.setattr(leases, "RENEWAL_INTERVAL", LEASE / 5 if renewed else 60.0)
    house.channel("post", LONG)
    one, two = await house.start(), await house.start()
    await one.subscribe("ana")
    sending = asyncio.create_task(one.tick())
    seen = set()
    taken_up = 0
    while not sending.done():
        seen.add((await Delivery.get()).leased_until)
        if house.calls("post"):
            taken_up += (await two.tick())[1]
        await asyncio.sleep(LEASE / 4)
    assert (await sending)[1] == 1
    assert await states() == {"SENT": 1}
    assert taken_up == len(house.calls("post")) - 1 == (0 if renewed else 1)
    assert len(seen) > 4 or not renewed
