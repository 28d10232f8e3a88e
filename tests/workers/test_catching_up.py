"""Ten days with the workers stopped, then caught up by `capcom tick` or by a worker: the latest letters, no burst."""

import asyncio
import subprocess
import sys
from datetime import date, time

import pytest

from capcom_gql.forms import OrganisationForm
from capcom_gql.storage.tables import Delivery, Event
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import LONG, eventually
from tests.services.house import House, on
from tests.workers.staff_room import StaffRoom

OVERDUE = [
    # the reminder of the eighth alone, not the notice of 29 January
    ("renewal_reminder", "ana@ville.example"),
    ("renewal_reminder", "bob@ville.example"),
    # fallen on the fifth: its proof is not asked for any more
    ("cancelled", "cleo@ville.example"),
]


async def ten_days_without_a_worker(house: House) -> None:
    """Nobody at work from 27 January to 9 February 2028, over a notice, a reminder, a proof's reminder and its day."""
    house.channel("post")
    service = await house.start()
    paid = await service.subscribe("ana", "bob", organisation=OrganisationForm("Ville d'Aubry"))
    await service.record_proof(paid.subscription_id)
    await on(date(2028, 1, 20))
    await service.subscribe("cleo", organisation=OrganisationForm("Ville de Caen"))
    await on(date(2028, 1, 27))
    await service.tick()
    await on(date(2028, 2, 9), time(8, 30))


async def check(house: House, before: int) -> None:
    """What was overdue has been sent, and nothing else."""
    sent = [(call.topic, call.address) for call in house.calls("post")[before:]]
    assert sorted(sent) == sorted(OVERDUE)
    assert await Event.filter(kind="renewal.skipped").count() == 1
    assert await Event.filter(kind="proof.reminded").count() == 0
    assert not await Delivery.exclude(state="SENT").exists()


@pytest.mark.rule("R15")
@ONLY_SQLITE
async def test_by_a_tick(house: House) -> None:
    await ten_days_without_a_worker(house)
    before = len(house.calls("post"))
    for told in ("3 steps recorded, 3 deliveries tried\n", "0 steps recorded, 0 deliveries tried\n"):
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "capcom_gql", "tick", "--until-idle"],
            env=StaffRoom(house).environment(),
            capture_output=True,
            text=True,
            timeout=LONG,
            check=True,
        )
        assert done.stdout == told
        await check(house, before)


@pytest.mark.rule("R15")
@ONLY_POSTGRES
async def test_by_a_worker_that_is_started_again(house: House, room: StaffRoom) -> None:
    await ten_days_without_a_worker(house)
    before = len(house.calls("post"))
    worker = room.worker()
    await eventually(lambda: len(house.calls("post")) >= before + len(OVERDUE))
    # it sweeps twice more, and finds nothing
    await asyncio.sleep(2.2)
    worker.stop()
    await check(house, before)
