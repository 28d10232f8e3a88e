"""The Makefile runs what the README and `.ci/run` run: one list of commands, spelled in three places, kept the same."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TARGETS = ("help", "setup", "demo", "test", "test-fast", "lint", "fix", "schema", "faults", "mutants")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def recipe(target: str, *, installed: bool = True) -> list[str]:
    """The commands that make would run for a target, in order."""
    # --old-file: as if .venv were there and nothing newer
    given = ["--old-file=.venv/.installed"] if installed else ["--always-make"]
    done = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", *given, target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def readme_commands() -> list[str]:
    """The parts of the README's one command for the tests, found as `.ci/run` finds it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^## Run all the tests\n.*?^```\w*\n(.+?)\n", readme, re.MULTILINE | re.DOTALL)
    assert found
    return found.group(1).split(" && ")


def test_the_tests_are_run_as_the_readme_says() -> None:
    *setup, tests = readme_commands()
    assert recipe("test") == [tests]
    assert recipe("setup", installed=False)[: len(setup)] == setup


def test_lint_is_all_that_ci_checks_besides() -> None:
    steps = re.findall(r"^step (.+)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    checks = [re.sub(r"^bash -euo pipefail -c '(.+)'$", r"\1", step) for step in steps if "$test_command" not in step]
    assert len(checks) == len(steps) - 1 > 3
    assert [command.removeprefix(".venv/bin/") for command in recipe("lint")] == checks


def test_every_target_is_in_the_help() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert tuple(line.split()[1] for line in done.stdout.splitlines()) == TARGETS
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony and tuple(phony.group(1).split()) == TARGETS


def test_what_is_run_is_there() -> None:
    """The modules of `python -m`, and the tests that test-fast names."""
    named = [word for target in ("faults", "mutants") for word in " ".join(recipe(target)).split() if "tests." in word]
    assert len(named) == 2
    assert all(importlib.util.find_spec(module) for module in named)
    (fast,) = recipe("test-fast")
    paths = [word for word in fast.split() if word.startswith("tests/")]
    assert paths and all((ROOT / path).exists() for path in paths)


def test_a_schema_that_cannot_be_printed_leaves_the_old_one() -> None:
    """It is written beside and moved; a redirection alone would have emptied it."""
    assert recipe("schema")[-1] == "mv schema.graphql.new schema.graphql"
