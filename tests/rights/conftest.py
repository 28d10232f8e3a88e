"""One stage for each module and engine: SQLite for every caller, PostgreSQL for one caller of each kind."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.databases import Source
from tests.rights.asking import Documents, ask, schema_of
from tests.rights.stage import Stage, set_stage
from tests.rights.verdicts import STAFF
from tests.rights.walk import Truth
from tests.world import world_on


@pytest.fixture(scope="module")
def stage_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database on the engine that the test names."""
    source: Source = request.getfixturevalue(f"{request.param}_databases")
    with source.migrated(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(stage_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The stage, set once."""
    async with world_on(stage_url, tmp_path_factory.mktemp("data")) as world:
        yield await set_stage(world)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def documents(stage: Stage) -> Documents:
    """Questions made from the schema."""
    return Documents(await schema_of(stage))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def truth(stage: Stage, documents: Documents) -> Truth:
    """What there is to be read: every field of every object, as staff read it."""
    found: Truth = {}
    for document in documents.by_id(stage.things.values()):
        raw = await ask(stage, STAFF, document)
        assert raw.codes == {}, raw.codes
        for id_, read in raw.data.items():
            assert read is not None, id_
            found |= {(id_, name): value for name, value in read.items()}
    return found
