"""The mark of the tests that kill processes, so that `-m "not faults"` leaves them out."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: kills processes and servers at random for most of a minute")
