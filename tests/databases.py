"""A real, migrated, empty database for every test that wants one, on either engine: a copy of one made once.

On PostgreSQL a copy costs more than most tests: one that a test leaves with the schema it had is emptied for the next.
"""

import asyncio
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest

from capcom_gql.storage.engine.database import migrate
from tests.once import once
from tests.one_postgres import TEMPLATE
from tests.resetting import Beginning, beginning_of, reset
from tests.servers import Server, external_url

ENGINES = ("sqlite", "postgres")

# for a test that is about one engine
ONLY_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ONLY_POSTGRES = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


MOST_USES = 100
"""Tests in one database, in which every reset leaves something of the last behind in its indexes."""


class Source(Protocol):
    """Where databases come from. Each stands until its block ends; the address is as `CAPCOM_DATABASE_URL` takes it."""

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """A database with the schema and the first rows."""

    @contextmanager
    def blank(self, folder: Path) -> Iterator[str]:
        """A database with nothing in it."""


class SqliteSource:
    """SQLite files, in the test's own folder, which pytest clears. `shared`: the folder of the run's workers."""

    def __init__(self, shared: Path) -> None:
        self._template = Path(once(shared, "sqlite", lambda: self._migrated(shared / "template.db")))

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """A copy of the file that was migrated once."""
        shutil.copyfile(self._template, folder / "capcom.db")
        yield f"sqlite:///{folder / 'capcom.db'}"

    @contextmanager
    def blank(self, folder: Path) -> Iterator[str]:
        """A file that does not exist yet."""
        yield f"sqlite:///{folder / 'blank.db'}"

    def _migrated(self, template: Path) -> str:
        asyncio.run(migrate(f"sqlite:///{template}"))
        return str(template)


class PostgresSource:
    """Databases of one server, which is `shared` by the run's workers with the database that they copy."""

    def __init__(self, server: Server, shared: Path) -> None:
        self._server = server
        # on a server that others may use as well it is this worker's own, and dropped in the end
        self._template = self._migrated() if external_url() else once(shared, TEMPLATE, self._migrated)
        self._beginning: Beginning | None = None
        self._free: list[str] = []
        self._uses: Counter[str] = Counter()

    def close(self) -> None:
        """Drop what is left, for a server that outlives the tests."""
        if external_url():
            for name in (*self._free, self._template):
                asyncio.run(self._server.drop_database(name))

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """A copy of the database that was migrated once, or one that is as it was before its last test."""
        name = self._free.pop() if self._free else self._new(self._template)
        url = self._server.url(name)
        if self._beginning is None:
            self._beginning = asyncio.run(beginning_of(url))
        try:
            yield url
        finally:
            self._uses[name] += 1
            if self._uses[name] < MOST_USES and self._is_as_before(url):
                self._free.append(name)
            else:
                asyncio.run(self._server.drop_database(name))

    @contextmanager
    def blank(self, folder: Path) -> Iterator[str]:
        """A database just created."""
        with self._made(None) as url:
            yield url

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A copy that nobody has used."""
        with self._made(self._template) as url:
            yield url

    @contextmanager
    def _made(self, template: str | None) -> Iterator[str]:
        name = self._new(template)
        try:
            yield self._server.url(name)
        finally:
            asyncio.run(self._server.drop_database(name))

    def _is_as_before(self, url: str) -> bool:
        assert self._beginning is not None
        try:
            return asyncio.run(reset(url, self._beginning))
        except (OSError, asyncpg.PostgresError):
            return False

    def _migrated(self) -> str:
        name = self._new(None)
        asyncio.run(migrate(self._server.url(name)))
        return name

    def _new(self, template: str | None) -> str:
        name = f"capcom_test_{secrets.token_hex(8)}"
        asyncio.run(self._server.create_database(name, template))
        return name
