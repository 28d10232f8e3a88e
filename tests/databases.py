"""A real, migrated, empty database for every test that wants one, on either engine: a copy of one made once."""

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from capcom_gql.storage.engine.database import migrate
from tests.servers import Postgres

ENGINES = ("sqlite", "postgres")

# for a test that is about one engine
ONLY_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ONLY_POSTGRES = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


class Source(Protocol):
    """Where databases come from. Each stands until its block ends; the address is as `CAPCOM_DATABASE_URL` takes it."""

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """A database with the schema and the first rows."""

    @contextmanager
    def blank(self, folder: Path) -> Iterator[str]:
        """A database with nothing in it."""


class SqliteSource:
    """SQLite files, in the test's own folder, which pytest clears."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        asyncio.run(migrate(f"sqlite:///{self._template}"))

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """A copy of the file that was migrated once."""
        shutil.copyfile(self._template, folder / "capcom.db")
        yield f"sqlite:///{folder / 'capcom.db'}"

    @contextmanager
    def blank(self, folder: Path) -> Iterator[str]:
        """A file that does not exist yet."""
        yield f"sqlite:///{folder / 'blank.db'}"


class PostgresSource:
    """Databases of one server."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = _new_name()
        asyncio.run(migrate(asyncio.run(server.create_database(self._template))))

    def close(self) -> None:
        """Drop the template, for a server that outlives the tests."""
        asyncio.run(self._server.drop_database(self._template))

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """A copy of the database that was migrated once."""
        with self._database(self._template) as url:
            yield url

    @contextmanager
    def blank(self, folder: Path) -> Iterator[str]:
        """A database just created."""
        with self._database(None) as url:
            yield url

    @contextmanager
    def _database(self, template: str | None) -> Iterator[str]:
        name = _new_name()
        url = asyncio.run(self._server.create_database(name, template))
        try:
            yield url
        finally:
            asyncio.run(self._server.drop_database(name))


def _new_name() -> str:
    return f"capcom_test_{secrets.token_hex(8)}"
