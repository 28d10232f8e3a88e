"""One stage for each module and engine: SQLite for every caller, PostgreSQL for one caller of each kind."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.databases import Source
from tests.rights.stage import Stage, set_stage
from tests.world import world_on


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The stage on the engine that the test names."""
    source: Source = request.getfixturevalue(f"{request.param}_databases")
    folder = tmp_path_factory.mktemp("stage")
    with source.migrated(folder) as url:
        async with world_on(url, folder / "data") as world:
            yield await set_stage(world)
