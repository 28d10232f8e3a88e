"""Eight hostile plugins in one installation: each listed with its reason, while the good channels deliver."""

import json
from pathlib import Path

import pytest

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.registry import NotifierState, Registry
from capcom_gql.settings import load as load_settings
from tests.cli.installations import Installation
from tests.databases import ONLY_SQLITE
from tests.notifiers.bench import GOOD, Bench, entry_of, not_ours
from tests.notifiers.test_loading import HEAD
from tests.services.conftest import house as house  # noqa: PLC0414  a fixture of another folder
from tests.services.house import House, due_now, states

REASONS = {
    "import_error": "could not be loaded: ModuleNotFoundError (import_error.py, line 1): No module named 'no_such'",
    "exits": "could not be loaded: SystemExit (exits.py, line 2): 3",
    "misspelt": "could not be loaded: PluginValidationError",
    "wrong_argument": "could not be loaded: PluginValidationError",
    "future": "it needs version 2 of the contract and this host has 1: upgrade capcom-gql",
    "good": "two channels are named good, of ",
    "hangs_at_import": "could not be loaded: its import did not end within ",
    "leaves_at_import": "could not be loaded: its process ended (status 7)",
}
"""The reasons of those that do not get as far as sending; "good" is the second of that name."""


def write_hostile(bench: Bench) -> None:
    """Those, and two that show what they are when they send: one hangs, one ends its process."""
    bench.file("import_error.py", "import no_such")
    bench.file("exits.py", "import sys\nsys.exit(3)")
    bench.file("misspelt.py", HEAD + "@hookimpl\ndef capcom_notifier(): return []")
    bench.file("wrong_argument.py", HEAD + "@hookimpl\ndef capcom_notifiers(settings): return []")
    bench.channel("future", GOOD + "\napi_version = 2")
    bench.channel("good", GOOD).rename(bench.plugins / "second_good.py")
    bench.channel("good", GOOD)
    bench.file("hangs_at_import.py", "import time\ntime.sleep(600)")
    bench.file("leaves_at_import.py", "import os\nos._exit(7)")
    bench.channel("hangs", "def send(self, message):\n    time.sleep(600)")
    bench.channel("leaves", "def send(self, message):\n    os._exit(9)")


def test_one_that_hangs_is_listed_with_its_reason(bench: Bench, tmp_path: Path) -> None:
    """Nothing shortened: it has the ten seconds that an installation gives it."""
    bench.channel("good")
    bench.file("hangs_at_import.py", "import time\ntime.sleep(600)")
    installation = Installation(tmp_path, {"CAPCOM_PLUGINS_DIR": str(bench.plugins)})
    listed = json.loads(installation.run("plugins", "list", "--json").out)
    assert {each["name"] for each in listed if each["state"] == "ACTIVE"} >= {"mailbox", "good"}
    failed = {each["name"]: each["reason"] for each in listed if each["state"] == "FAILED"}
    assert failed.keys() == {"hangs_at_import"}
    assert "its import did not end within 10 s" in failed["hangs_at_import"]


def has_its_reason(registry: Registry) -> None:
    """Each of the hostile ones is listed with why it is not in service."""
    listed = not_ours(registry)
    active = {entry.name for entry in listed if entry.state is NotifierState.ACTIVE}
    assert active == {"good", "hangs", "leaves", "post"}
    failed = {entry.name: str(entry.reason) for entry in listed if entry.state is NotifierState.FAILED}
    assert failed.keys() == REASONS.keys()
    for name, reason in REASONS.items():
        assert reason in failed[name]
    assert "capcom_notifier" in failed["misspelt"]
    assert "settings" in failed["wrong_argument"]


@ONLY_SQLITE
async def test_each_has_its_reason_and_the_good_channels_deliver_meanwhile(house: House, tmp_path: Path) -> None:
    """By the worker's own turn: four letters by each channel, those of the good ones at once."""
    bench = Bench(tmp_path / "hostile")
    write_hostile(bench)
    for path in bench.plugins.iterdir():
        path.rename(house.plugins / path.name)
    house.channel("post")
    names = ("ana", "bob", "cleo", "dan")
    within = bench.time_to_load(processes=len(REASONS) + 3)
    service = await house.start(HostTimeouts(load_timeout=within), SEND_TIMEOUT="3", PLUGINS_IN_PROCESS="")
    has_its_reason(service.registry)
    await service.subscribe(*names, plan="COLLECTIF")
    await service.tick()
    for good in ("good", "post"):
        assert await states(channel=good) == {"SENT": len(names)}
    assert sorted(call.address for call in house.calls("post")) == [f"{name}@ville.example" for name in names]
    # what the others have in hand is tried again, or waits; in the end it has failed, and says whose fault it is
    assert await states(channel="leaves", state="SENT") == {}
    assert await states(channel="hangs", state="SENT") == {}
    for _ in range(3):
        await due_now()
        await service.tick()
    assert set(await states(channel="good")) == set(await states(channel="post")) == {"SENT"}


def test_the_settings_have_a_name_for_those_that_may_stay(bench: Bench, tmp_path: Path) -> None:
    """A plugin that would end this process if it ran in it does so only where the operator says so."""
    bench.file("raises.py", "raise KeyboardInterrupt")
    environment = {"CAPCOM_PLUGINS_DIR": str(bench.plugins), "CAPCOM_DATA_DIR": str(tmp_path)}
    registry = load(load_settings(environment))
    registry.close()
    assert "its process ended (" in str(entry_of(registry, "raises").reason)
    with pytest.raises(KeyboardInterrupt):
        load(load_settings({**environment, "CAPCOM_PLUGINS_IN_PROCESS": "raises"}))
