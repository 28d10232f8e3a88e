"""One world for each story, on each engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.world import World, world_on


@pytest_asyncio.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application on a fresh database."""
    async with world_on(database_url, tmp_path / "data") as made:
        yield made
