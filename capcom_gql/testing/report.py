"""What a test run says in the end of the checks that were not run."""

from collections.abc import Iterable, Mapping

import pytest

NAME = "capcom-contract-report"


class Report:
    """A plugin of pytest for one run: gathers lines, prints them in the terminal's summary."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def add(self, told: Iterable[str]) -> None:
        """Lines to print, each once."""
        self._lines.update(dict.fromkeys(told))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print them, where there are any."""
        if not self._lines:
            return
        terminalreporter.section("checks of NotifierContract that were not run")
        for line in self._lines:
            terminalreporter.write_line(line)


def show_in_the_end(config: pytest.Config, told: Iterable[str]) -> None:
    """Have lines printed at the end of this run."""
    report = config.pluginmanager.get_plugin(NAME)
    if report is None:
        report = Report()
        config.pluginmanager.register(report, NAME)
    report.add(told)


def lines(contract: str, left_out: Mapping[str, str], own: Iterable[str]) -> tuple[str, ...]:
    """One line for each reason: of what class, why, and which checks."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in sorted(left_out.items()):
        by_reason.setdefault(reason, []).append(name)
    by_reason.setdefault("the class has tests of its own in their place", []).extend(sorted(own))
    return tuple(f"{contract}: {reason}: {', '.join(names)}" for reason, names in by_reason.items() if names)
