"""The contract kit runs over every bundled channel: each has its contract test, which pytest finds."""

from pathlib import Path

import pytest

from capcom_gql.notifiers.discovery import import_plugin, installed_providers
from capcom_gql.testing import NotifierContract

PLUGINS = Path(__file__).parents[2] / "plugins"
NAMES = [path.parent.name for path in sorted(PLUGINS.glob("*/pyproject.toml"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_channel_has_its_contract_test(name: str, request: pytest.FixtureRequest) -> None:
    (file,) = (PLUGINS / name / "tests").glob("test_*_contract.py")
    module = request.config.hook.pytest_pycollect_makemodule(
        module_path=file, parent=pytest.Dir.from_parent(request.session, path=file.parent)
    )
    contracts = [each.obj for each in module.collect() if isinstance(each, pytest.Class)]
    tested = {contract.channel for contract in contracts if issubclass(contract, NotifierContract)}
    (provider,) = [each for each in installed_providers() if each.name == name]
    assert set(import_plugin(provider).classes) == tested
