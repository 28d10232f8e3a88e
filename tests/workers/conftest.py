"""A house for each test, with the processes of an installation, and one Redis for the module that wants it."""

import os
from collections.abc import Iterator

import pytest

from tests.redis_server import Redis, redis_is_missing
from tests.services.house import House, house
from tests.workers.staff_room import StaffRoom

__all__ = ["house"]


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
