"""One stage for each module: on SQLite with every caller, or, where ENGINE says so, on PostgreSQL with a few."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.databases import Source
from tests.rights.asking import Documents, ask, schema_of
from tests.rights.deeds import who_may
from tests.rights.setting import set_stage
from tests.rights.stage import Stage
from tests.rights.verdicts import CALLERS, FEW, STAFF
from tests.rights.walk import Truth
from tests.world import world_on

_COUNTED = ("FIELDS", "ROOT_FIELDS", "ALIASES", "OBJECTS", "TOKENS", "COMPLETED_OBJECTS")
_CALLERS = ("ANONYMOUS", "SESSION", "KEY")
WIDE = {
    "OPERATION_SECONDS": "300",
    **{f"OPERATION_{each}": "1000000" for each in _COUNTED},
    **{f"POINTS_{each}": "1000000" for each in _CALLERS},
}


def _engine(module: object) -> str:
    return getattr(module, "ENGINE", "sqlite")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every caller in turn, or a few of each kind; every deed that they may do."""
    callers = CALLERS if _engine(metafunc.module) == "sqlite" else FEW
    if "doing" in metafunc.fixturenames:
        metafunc.parametrize("doing", tuple(who_may(callers)), ids=lambda doing: doing.name)
    if "caller" in metafunc.fixturenames:
        metafunc.parametrize("caller", callers, ids=[caller.name for caller in callers])


@pytest.fixture(scope="module")
def stage_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database on the engine of the module."""
    source: Source = request.getfixturevalue(f"{_engine(request.module)}_databases")
    with source.migrated(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(stage_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The stage, set once."""
    # the documents of these tests ask for everything that there is
    async with world_on(stage_url, tmp_path_factory.mktemp("data"), **WIDE) as world:
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
