"""`--rule R8` keeps only the tests that bear that rule's mark, and lets a property fail without shrinking it."""

import pytest
from hypothesis import Phase, settings

HISTORIES = ("test_agenda.py", "test_properties.py", "test_properties_year.py", "test_random_deeds.py")
"""These take longer, and come after the examples; an agenda never ends where the calendar never comes to rest."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rule", metavar="R8", help="run only the tests marked with this rule of the service")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("rule", default=None) is not None:
        settings.register_profile("fail at once", phases=[Phase.generate])
        settings.load_profile("fail at once")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # the option is unknown where this folder is collected as part of a greater whole
    rule = config.getoption("rule", default=None)
    if rule is None:
        return
    kept = [item for item in items if any(rule in mark.args for mark in item.iter_markers("rule"))]
    kept.sort(key=lambda item: item.path.name in HISTORIES)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
