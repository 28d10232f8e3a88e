"""Breaks each rule in turn and demands that a test bearing its mark fails.

    python -m tests.break_the_rules            every mutant, two at a time; exit status 1 if one survives
    python -m tests.break_the_rules --rule R8  those of one rule
    python -m tests.break_the_rules --list     what would be broken

The mutants are in `tests/domain/mutants/`, one file for each file of `capcom_gql/domain/`, and for those of
`capcom_gql/languages/` that say what the rules decided. They are tried on copies in
a temporary folder, never on the working tree. A mutant whose text no longer stands exactly once is an error, so that
the list follows the code.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
DOMAIN, LANGUAGES = Path("capcom_gql/domain"), Path("capcom_gql/languages")
MUTANTS = ROOT / "tests/domain/mutants"
AT_ONCE = 2
PYTEST = (
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-o",
    "addopts=--import-mode=importlib",
    "-W",
    "ignore::pytest.PytestConfigWarning",
    "-p",
    "pytest_timeout",
    "--timeout=120",
)
"""A broken rule may make a calendar that never comes to rest: the test that waits for it fails when its time is up."""
PATIENCE_SECONDS = 900

PASSED, FAILED = 0, 1
"""pytest's exit statuses; any other one means that the tests could not run."""
A_TEST_FAILED = re.compile(r"^\d+ failed\b", re.MULTILINE)
"""How pytest sums up; what cannot even be imported is an error there, not a failure."""


class Drift(Exception):
    """A mutant no longer fits the source; the text says which."""


@dataclass(frozen=True)
class Mutant:
    """One way to break one rule: `old` stands exactly once in a file of a room, and `new` takes its place."""

    rule: str
    file: str
    breaks: str
    old: str
    new: str
    room: Path = DOMAIN

    @property
    def path(self) -> Path:
        """The file, from the top of the repository."""
        return self.room / self.file

    def broken(self, source: str) -> str:
        """The source with the rule broken."""
        times = source.count(self.old)
        if times != 1:
            raise Drift(f"{self.file}, “{self.breaks}”: the text to replace stands {times} times:\n{self.old}")
        return source.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """Every mutant, in the order of the files."""
    found = []
    for path in sorted(MUTANTS.glob("*.toml")):
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        room = Path(given.get("room", DOMAIN))
        for entry in given["mutant"]:
            found.append(Mutant(entry["rule"], f"{path.stem}.py", entry["breaks"], entry["old"], entry["new"], room))
    return found


class Copy:
    """A copy of the rules and of their tests, on which one mutant at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # the test of this very program stays behind
        ignore = shutil.ignore_patterns("__pycache__", "test_break_the_rules.py")
        for room in (DOMAIN, LANGUAGES):
            shutil.copytree(ROOT / room, folder / room, ignore=ignore)
        shutil.copytree(ROOT / "tests/domain", folder / "tests/domain", ignore=ignore)
        (folder / "docs").mkdir()
        beside = ("capcom_gql/__init__.py", "capcom_gql/currencies.py", "docs/rules.md", "tests/contract.graphql")
        for name in (*beside, "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pytest on the copy, which nothing installed elsewhere can stand in for.

        No plugin is loaded but that: these tests need none, and starting them takes longer than most runs.
        """
        # tests are compiled once; what is broken is compiled each time, or a change of the same second would not show
        for room in (DOMAIN, LANGUAGES):
            shutil.rmtree(self.folder / room / "__pycache__", ignore_errors=True)
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(
            [sys.executable, "-m", "pytest", *PYTEST, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def files_with(self, rule: str) -> list[str]:
        """The test files that bear a rule's mark."""
        mark = f'@pytest.mark.rule("{rule}")'
        files = sorted((self.folder / "tests/domain").glob("test_*.py"))
        return [str(file.relative_to(self.folder)) for file in files if mark in file.read_text(encoding="utf-8")]

    def judge(self, mutant: Mutant) -> "Outcome":
        """Whether a test with the rule's mark fails once the rule is broken."""
        path = self.folder / mutant.path
        source = path.read_text(encoding="utf-8")
        started = time.monotonic()
        try:
            path.write_text(mutant.broken(source), encoding="utf-8")
            finished = self.run("--rule", mutant.rule, *self.files_with(mutant.rule))
        finally:
            path.write_text(source, encoding="utf-8")
        return Outcome(mutant, finished.returncode, finished.stdout, time.monotonic() - started)


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant."""

    mutant: Mutant
    status: int
    output: str
    seconds: float

    @property
    def killed(self) -> bool:
        """A test failed; that the tests could not run at all is no proof."""
        return self.status == FAILED and A_TEST_FAILED.search(self.output) is not None

    @property
    def line(self) -> str:
        """A row of the table."""
        word = "killed" if self.killed else "SURVIVED" if self.status == PASSED else f"NO TEST RAN ({self.status})"
        return f"{self.mutant.rule:<4} {self.mutant.file:<16} {word:<9} {self.seconds:5.1f} s  {self.mutant.breaks}"


def break_each(chosen: Sequence[Mutant], folder: Path) -> list[Outcome]:
    """Try every mutant, a few at a time, each on a copy of its own; print a row as each is judged."""
    copies: SimpleQueue[Copy] = SimpleQueue()
    for number in range(AT_ONCE):
        copies.put(Copy(folder / str(number)))

    def judged(mutant: Mutant) -> Outcome:
        copy = copies.get()
        try:
            outcome = copy.judge(mutant)
        finally:
            copies.put(copy)
        print(outcome.line, flush=True)
        return outcome

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(judged, chosen))


def main(arguments: Sequence[str] | None = None, known: Sequence[Mutant] | None = None) -> int:
    """The command; `known` are the mutants to choose from. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.break_the_rules", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--list", action="store_true", help="print the mutants and try none")
    parser.add_argument("--rule", metavar="R8", help="try the mutants of this rule only")
    asked = parser.parse_args(arguments)
    chosen = [mutant for mutant in (known or mutants()) if asked.rule in (None, mutant.rule)]
    if not chosen:
        parser.error(f"no mutant breaks the rule {asked.rule}")
    try:
        for mutant in chosen:
            mutant.broken((ROOT / mutant.path).read_text(encoding="utf-8"))
    except Drift as drift:
        print(f"This mutant no longer fits the code; correct or remove it.\n{drift}", file=sys.stderr)
        return 1
    if asked.list:
        for mutant in chosen:
            print(f"{mutant.rule:<4} {mutant.file:<16} {mutant.breaks}")
        return 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        whole = Copy(Path(folder) / "whole").run("tests/domain")
        if whole.returncode != PASSED:
            print(f"The tests fail before anything is broken; mend them first.\n{whole.stdout}", file=sys.stderr)
            return 1
        outcomes = break_each(chosen, Path(folder))
    survivors = [outcome for outcome in outcomes if not outcome.killed]
    for outcome in survivors:
        print(f"\n{outcome.line}\n{outcome.output[-1500:]}", file=sys.stderr)
    seconds = time.monotonic() - started
    print(f"{len(outcomes)} mutants, {len(outcomes) - len(survivors)} killed, {len(survivors)} not; {seconds:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
