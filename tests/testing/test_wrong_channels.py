"""The kit notices what is wrong: each wrong channel fails the one check that is meant, the good one none."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from capcom_gql.plugin import Notifier
from capcom_gql.testing.shape_checks import ShapeChecks
from tests.testing.wrong import WRONG, sources

ROOT = Path(__file__).parents[2]
CHECKS_OVER_HTTP = 26


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """One run of pytest over all of them: for each channel its checks, each with what it failed with, or ""."""
    folder = tmp_path_factory.mktemp("wrong")
    for name, source in sources().items():
        (folder / name).write_text(source, encoding="utf-8")
    results = folder / "results.xml"
    paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    # most checks wait for a deadline: four at once take a third of the time
    arguments = f"-q -n 4 -p no:cacheprovider --timeout=300 --junitxml={results} .".split()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert results.exists(), ended.stdout + ended.stderr
    checks: dict[str, dict[str, str]] = defaultdict(dict)
    for case in ElementTree.parse(results).iter("testcase"):
        failed = [each.get("message") or "" for each in case if each.tag in ("failure", "error")]
        channel = case.attrib["classname"].rpartition(".Test_")[2]
        checks[channel][case.attrib["name"]] = "\n".join(failed)
    return dict(checks)


@pytest.mark.parametrize("field", ["name", "address_kind"])
def test_a_name_that_no_row_has_room_for_is_noticed(field: str) -> None:
    """Not among the wrong channels: the host does not let it in, so that other checks fail as well."""
    names = {"name": "pigeon", "address_kind": "email"}
    longest, too_long = (
        type("Checks", (ShapeChecks,), {"channel": type("Long", (Notifier,), {**names, field: "a" * length})})()
        for length in (40, 41)
    )
    longest.test_its_names_are_slugs()
    with pytest.raises(pytest.fail.Exception, match=f"{field} has 41 characters; 40 are allowed"):
        too_long.test_its_names_are_slugs()


def test_the_good_channel_passes_every_check(ran: dict[str, dict[str, str]]) -> None:
    assert {check: words for check, words in ran["good"].items() if words} == {}
    assert len(ran["good"]) == CHECKS_OVER_HTTP


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_channel_fails_the_check_that_is_meant(ran: dict[str, dict[str, str]], name: str) -> None:
    failed = {check: words for check, words in ran[name].items() if words}
    assert set(failed) == {WRONG[name].check}, failed
    assert "Traceback" not in failed[WRONG[name].check]
    assert len(ran[name]) == CHECKS_OVER_HTTP
