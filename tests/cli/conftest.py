"""An installation for each test."""

import shutil
from pathlib import Path

import pytest

from tests.cli.installations import Installation
from tests.databases import SqliteSource


@pytest.fixture
def bare_installation(tmp_path: Path) -> Installation:
    """A folder without a database, on SQLite, in development."""
    return Installation(tmp_path)


@pytest.fixture
def installation(bare_installation: Installation, sqlite_databases: SqliteSource) -> Installation:
    """The same with a database that the migrations have built, once for all: each command would, and takes a second."""
    bare_installation.data_dir.mkdir()
    with sqlite_databases.migrated(bare_installation.folder) as url:
        shutil.move(url.removeprefix("sqlite:///"), bare_installation.data_dir / "capcom.sqlite3")
    return bare_installation
