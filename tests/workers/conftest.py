"""A house for each test, with the processes of an installation, and one Redis for the module that wants it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.redis_server import Redis, redis_is_missing
from tests.services.house import FIRST_DAY, House, on
from tests.workers.staff_room import StaffRoom


@pytest.fixture
async def house(database: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house on the open database of this test, its clock at noon of 1 March 2027 in Paris."""
    folder = tmp_path / "house"
    folder.mkdir()
    house = House(database, folder)
    await on(FIRST_DAY)
    yield house
    house.close()


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A Redis with nothing in it. Where none can be had the test is skipped, though never in CI."""
    if (missing := redis_is_missing()) and not os.environ.get("CI"):
        pytest.skip(missing)
    with Redis() as server:
        yield server


@pytest.fixture
def room(house: House) -> Iterator[StaffRoom]:
    """Processes of this house's installation, ended with the test."""
    room = StaffRoom(house)
    yield room
    room.empty()
