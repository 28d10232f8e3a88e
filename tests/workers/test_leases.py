"""A letter stays with whoever sends it for as long as that lasts, and no longer than a lease after that."""

import asyncio
import time
from datetime import timedelta

import pytest

from capcom_gql.delivery import leases
from capcom_gql.storage.tables import Delivery
from tests.patience import HANG, LONG, eventually
from tests.services.house import House, states

LEASE = 2.0
FIRST_WAITS = (
    "if message.attempt == 1:\n    while MOOD.read_text() != 'go':\n        await asyncio.sleep(0.02)\nreturn Sent()"
)


@pytest.mark.parametrize("renewed", [True, False], ids=["renewed", "not renewed"])
async def test_a_lease_is_renewed_for_as_long_as_a_send_lasts(
    house: House, monkeypatch: pytest.MonkeyPatch, renewed: bool
) -> None:
    """A second worker looks all the while; without the renewals it takes the letter up once the lease is over."""
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=LEASE))
    monkeypatch.setattr(leases, "RENEWAL_INTERVAL", LEASE / 10 if renewed else HANG)
    house.channel("post", FIRST_WAITS)
    house.mood("wait")
    one, two = await house.start(), await house.start()
    await one.subscribe("ana")
    sending = asyncio.create_task(one.tick())
    await eventually(lambda: house.calls("post"))
    began, seen, taken_up = time.monotonic(), set(), 0
    while time.monotonic() - began < 1.5 * LEASE or not (taken_up or renewed):
        assert time.monotonic() - began < LONG
        seen.add((await Delivery.get()).leased_until)
        taken_up += (await two.tick())[1]
        await asyncio.sleep(LEASE / 10)
    house.mood("go")
    assert (await sending)[1] == 1
    assert await states() == {"SENT": 1}
    assert taken_up == len(house.calls("post")) - 1 == (0 if renewed else 1)
    assert len(seen) > 4 or not renewed
