"""What holds for every test, those of the plugins too."""

import os
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

# A property is tried so many times, and not for so long: a machine may have other work.
settings.register_profile(
    "no clock", deadline=None, suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.too_slow]
)
settings.load_profile("no clock")

# Workers and commands, some hundreds, import the same files: compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason why tests were skipped."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in Counter(str(report.longrepr[2]) for report in skipped).items():
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")
