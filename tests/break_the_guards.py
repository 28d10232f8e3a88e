"""Takes the locks and constraints away and shows what fifty at once then do: `python -m tests.break_the_guards`.

Most effects are guarded twice: by the lock on the subscription's row (on SQLite, the immediate transaction) and by a
unique key, after whose violation the rules are asked anew. So one of the two alone often still holds; without both, a
test of `tests/concurrency` must fail. Works on a copy of the repository; a few minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = "capcom_gql/storage/migrations/0002_constraints.py"
FAILED = 1

Change = tuple[str, str, str]

ROW_LOCK: Change = (
    "capcom_gql/subscription/calendar.py",
    "Subscription.filter(id=subscription_id).select_for_update().first()",
    "Subscription.filter(id=subscription_id).first()",
)
IMMEDIATE: Change = ("capcom_gql/storage/engine/sqlite.py", '"BEGIN IMMEDIATE"', '"BEGIN"')


def _not_unique(index: str) -> Change:
    return (CONSTRAINTS, f"CREATE UNIQUE INDEX {index} ", f"CREATE INDEX {index} ")


@dataclass(frozen=True)
class Breach:
    """What is taken away, and the test that must fail without it; `held` says that the other guard still holds."""

    name: str
    test: str
    changes: tuple[Change, ...]
    held: bool = False


BREACHES = (
    Breach("row lock alone", "test_the_last_seat[postgres]", (ROW_LOCK,), held=True),
    Breach("one place, one seat alone", "test_the_last_seat[postgres]", (_not_unique("seat_place_once"),), held=True),
    Breach("row lock, one place, one seat", "test_the_last_seat[postgres]", (ROW_LOCK, _not_unique("seat_place_once"))),
    Breach("row lock alone", "test_one_redemption[postgres]", (ROW_LOCK,), held=True),
    Breach("row lock, one redemption", "test_one_redemption[postgres]", (ROW_LOCK, _not_unique("redemption_once"))),
    Breach(
        "one redemption, two subscriptions",
        "test_one_redemption_by_two_numbers[postgres]",
        (_not_unique("redemption_once"),),
    ),
    Breach("one idempotency key", "test_one_idempotency_key[postgres]", (_not_unique("idempotency_once"),)),
    Breach("row lock alone", "test_one_proof[postgres]", (ROW_LOCK,), held=True),
    Breach("immediate transactions", "test_the_last_seat[sqlite]", (IMMEDIATE,)),
    Breach("immediate transactions", "test_one_redemption[sqlite]", (IMMEDIATE,)),
    Breach("immediate transactions", "test_one_proof[sqlite]", (IMMEDIATE,)),
    Breach("immediate transactions", "test_one_idempotency_key[sqlite]", (IMMEDIATE,), held=True),
)


def fails(breach: Breach) -> bool:
    """Whether the test fails once the guards are taken away."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        ignore = shutil.ignore_patterns("__pycache__")
        for name in ("capcom_gql", "plugins", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=ignore)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for file, old, new in breach.changes:
            source = (copy / file).read_text(encoding="utf-8")
            if source.count(old) != 1:
                raise SystemExit(f"{file}: the text to replace stands {source.count(old)} times:\n{old}")
            (copy / file).write_text(source.replace(old, new), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'plugins/mailbox'}"}
        where = f"tests/concurrency/test_fifty_at_once.py::{breach.test}"
        command = [sys.executable, "-m", "pytest", where, "-q", "-x", "-p", "no:cacheprovider", "--timeout", "180"]
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode not in (0, FAILED):
            raise SystemExit(f"{breach.test} could not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.returncode == FAILED


def main() -> int:
    """Take each guard away in turn, and print what happened."""
    wrong = 0
    for breach in BREACHES:
        failed = fails(breach)
        word = "fails" if failed else "holds"
        expected = failed or breach.held
        wrong += not expected
        note = "" if expected else "  <- must fail"
        print(f"without {breach.name:<36} {breach.test:<48} {word}{note}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
