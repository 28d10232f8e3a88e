"""An installation for each test."""

from pathlib import Path

import pytest

from tests.cli.installations import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A folder without a database, on SQLite, in development."""
    return Installation(tmp_path)
