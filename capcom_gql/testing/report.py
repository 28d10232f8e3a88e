"""The list of checks that were not run, at the end of a test run."""

from collections.abc import Iterable, Mapping

import pytest

NAME = "capcom-contract-report"
"""The name of the pytest plugin."""


class Report:
    """A pytest plugin that collects lines during a run and prints them in the terminal summary."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def add(self, lines: Iterable[str]) -> None:
        """Add lines; each is printed only once."""
        self._lines.update(dict.fromkeys(lines))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the lines, if there are any. Called by pytest."""
        if not self._lines:
            return
        terminalreporter.section("checks of NotifierContract that were not run")
        for line in self._lines:
            terminalreporter.write_line(line)


def print_at_end(config: pytest.Config, lines: Iterable[str]) -> None:
    """Print lines at the end of this test run."""
    report = config.pluginmanager.get_plugin(NAME)
    if report is None:
        report = Report()
        config.pluginmanager.register(report, NAME)
    report.add(lines)


def report_lines(contract: str, left_out: Mapping[str, str], own: Iterable[str]) -> tuple[str, ...]:
    """One line for each reason: the class, the reason, and the checks that are not run because of it."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in sorted(left_out.items()):
        by_reason.setdefault(reason, []).append(name)
    by_reason.setdefault("the class replaces them with tests of its own", []).extend(sorted(own))
    return tuple(f"{contract}: {reason}: {', '.join(names)}" for reason, names in by_reason.items() if names)
