"""One world for each story, on each engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from capcom_gql.storage.tables import Delivery
from tests.telephones import Telephones
from tests.world import World, world_on


@pytest_asyncio.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application on a fresh database."""
    async with world_on(database_url, tmp_path / "data") as made:
        yield made
        # a letter whose facts or template are wrong is retried, and no story would miss it
        assert not await Delivery.filter(reason__contains="cannot be written").values_list("topic", "reason")


@pytest.fixture
def telephones(tmp_path: Path) -> Telephones:
    """Telephones that ring where a world is told of them."""
    made = Telephones(tmp_path / "plugins")
    made.install()
    return made


@pytest_asyncio.fixture
async def ringing_world(database_url: str, tmp_path: Path, telephones: Telephones) -> AsyncIterator[World]:
    """The application with a channel to telephones."""
    plugins = {"PLUGINS_DIR": str(telephones.folder), "PLUGINS_IN_PROCESS": "telephones"}
    async with world_on(database_url, tmp_path / "data", **plugins) as made:
        yield made
