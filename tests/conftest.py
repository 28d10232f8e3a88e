"""What every test may ask for: real engines with the schema of the migrations, and the guard of the network."""

import gc
import importlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from capcom_gql.storage.engine.database import open_database
from tests import passwords
from tests.databases import ENGINES, PostgresSource, Source, SqliteSource
from tests.loopback import LoopbackGuard
from tests.one_postgres import one_postgres
from tests.servers import Server, external_url

_GUARD = LoopbackGuard(external_url())


_TOGETHER = "tests/pages/"
"""What one worker runs, file after file: its servers and its browser take longer to start than to use."""
_LONG = tuple(f"tests/{name}/" for name in ("cli", "docs", "examples", "faults", "notifiers", "testing", "workers"))
"""Tests that wait for processes, browsers and deadlines: begun last they would run on beside idle processors."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """With `--dist loadfile`, hand out files, and a folder as if it were one."""
    if config.getoption("dist") != "loadfile":
        return None
    scheduler = importlib.import_module("xdist.scheduler").LoadFileScheduling(config, log)
    file_of = scheduler._split_scope
    scheduler._split_scope = lambda node: _TOGETHER if node.startswith(_TOGETHER) else file_of(node)
    return cast("object", scheduler)


def pytest_configure() -> None:
    _GUARD.install()
    passwords.hash_with_least_work()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest folder first, then the long ones; otherwise the order stays."""
    items.sort(key=lambda item: (not item.nodeid.startswith(_TOGETHER), not item.nodeid.startswith(_LONG)))


def pytest_collection_finish() -> None:
    """Thousands of tests that stay until the end are not looked through by each collection of garbage."""
    # its plugin loads it in the end at the latest, when it looks for who holds what, and does not find who is frozen
    importlib.import_module("hypothesis")
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def loopback_guard() -> Iterator[LoopbackGuard]:
    """No test talks to another machine; one that tried has failed, even where the attempt was swallowed."""
    _GUARD.refused.clear()
    yield _GUARD
    assert not _GUARD.refused, f"this test tried to talk to {_GUARD.refused}"


@pytest.fixture
def hashed_in_full() -> Iterator[None]:
    """Passwords are hashed with all the work that the product puts into it."""
    with passwords.hashed_in_full():
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole run, which all its workers have."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def postgres_server(shared: Path) -> Iterator[Server]:
    """One PostgreSQL for the whole run."""
    with one_postgres(shared) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: Server, shared: Path) -> Iterator[Source]:
    """Databases on PostgreSQL."""
    source = PostgresSource(postgres_server, shared)
    yield source
    source.close()


@pytest.fixture(scope="session")
def sqlite_databases(shared: Path) -> Source:
    """Databases on SQLite."""
    return SqliteSource(shared)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test: each in turn, unless a test is marked ONLY_SQLITE or ONLY_POSTGRES."""
    name: str = request.param
    return name


@pytest.fixture
def databases(engine: str, request: pytest.FixtureRequest) -> Source:
    """Databases on the engine under test; the server starts with the first test that wants it."""
    source: Source = request.getfixturevalue(f"{engine}_databases")
    return source


@pytest.fixture
def database_url(databases: Source, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, with the schema and the first rows, opened by nobody."""
    with databases.migrated(tmp_path) as url:
        yield url


@pytest.fixture
def blank_database_url(databases: Source, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, never migrated."""
    with databases.blank(tmp_path) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """The database of this test, open in its event loop; its address."""
    async with open_database(database_url):
        yield database_url
