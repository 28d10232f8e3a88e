"""An installation for each test."""

from pathlib import Path

import pytest

from tests.cli.installations import Installation, migrated
from tests.databases import SqliteSource


@pytest.fixture
def bare_installation(tmp_path: Path) -> Installation:
    """A folder without a database, on SQLite, in development."""
    return Installation(tmp_path)


@pytest.fixture
def installation(tmp_path: Path, sqlite_databases: SqliteSource) -> Installation:
    """The same with a database."""
    return migrated(tmp_path, sqlite_databases)
