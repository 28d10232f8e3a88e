from pathlib import Path

import pytest

from tests.services.canary import Canary, sing
from tests.services.house import House, Service, house

__all__ = ["house"]


@pytest.fixture
async def service(house: House) -> Service:
    """A process with one good channel for mail."""
    house.channel("post")
    return await house.start()


@pytest.fixture
async def canary(house: House, service: Service) -> Canary:
    """Somebody who has left a trace wherever one can, where `service` is an aviary."""
    return await sing(house, service)


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    """The folder of the development mailbox, not made yet."""
    return tmp_path / "mailbox"
