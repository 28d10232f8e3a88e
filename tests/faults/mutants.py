"""The suite's teeth: the product broken in ways that are easily made, each of which a run must find.

Each mutant is a copy of the repository with a text replaced, as `tests/break_the_guards.py` makes them; the run's own
code stays the one here.
"""

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.run import ROOT, Plan, Report, run

Change = tuple[str, str, str]

_JOURNAL = "capcom_gql/storage/event_log.py"
TRIES = 3
"""Runs, each of another seed, in which a mutant must be found: what it breaks shows only where harm meets it."""


@dataclass(frozen=True)
class Mutant:
    """A way to be wrong, and the run that must find it."""

    name: str
    changes: tuple[Change, ...]
    plan: Plan


_BUSY = Plan(seconds=30, rate=0.8, pace=20, recorded_within=25, drained_within=40)

MUTANTS = (
    Mutant(
        "commit, then enqueue",
        (
            (_JOURNAL, "        await Delivery.bulk_create(deliveries)\n", "        _enqueue_later(deliveries)\n"),
            (
                _JOURNAL,
                "async def record(entry: NewEvent",
                """def _enqueue_later(deliveries: list[Delivery]) -> None:
    import asyncio
    import contextvars

    async def enqueue() -> None:
        await asyncio.sleep(0.1)
        await Delivery.bulk_create(deliveries)

    asyncio.get_running_loop().create_task(enqueue(), context=contextvars.Context())


async def record(entry: NewEvent""",
            ),
        ),
        replace(_BUSY, server_kills=3),
    ),
    Mutant(
        "no transaction",
        (
            (
                "capcom_gql/storage/engine/database.py",
                "            async with in_transaction():\n                return await work()\n",
                "            return await work()\n",
            ),
        ),
        replace(_BUSY, server_kills=3),
    ),
    Mutant(
        "no fencing",
        (
            (
                "capcom_gql/delivery/leases.py",
                "WHERE id = $1 AND attempt = $2 AND {IS_WAITING}",
                "WHERE id = $1 AND $2 > 0",
            ),
        ),
        replace(_BUSY, long_stops=0.7),
    ),
    Mutant(
        "the claim asks for = in the place of <=",
        (
            (
                "capcom_gql/subscription/sweep.py",
                'due = "due_at <= $1 AND',
                'due = "due_at = $1 AND',
            ),
        ),
        replace(_BUSY, rate=0.3, recorded_within=15),
    ),
    Mutant(
        "a step is taken on its own day only",
        (
            (
                "capcom_gql/subscription/calendar.py",
                "if step is None or step.at > locked.now:",
                "if step is None or step.at > locked.now or locked.runtime.policy.day_of(step.at) != locked.today:",
            ),
        ),
        replace(_BUSY, rate=0.3, recorded_within=15),
    ),
)


def all_found(seed: int) -> bool:
    """Run every mutant until it is found, and print what gave it away."""
    found = [_is_found(mutant, seed) for mutant in MUTANTS]
    return all(found)


def _is_found(mutant: Mutant, seed: int) -> bool:
    for number in range(TRIES):
        report = _run(mutant, seed + number)
        if report.complaints:
            count, first = len(report.complaints), report.complaints[0]
            print(f"{mutant.name:<42} found in {report.seconds:.0f} s, {count} complaints: {first}", flush=True)
            return True
    print(f"{mutant.name:<42} NOT FOUND in {TRIES} runs", flush=True)
    return False


def _run(mutant: Mutant, seed: int) -> Report:
    with tempfile.TemporaryDirectory(prefix="capcom-mutant-") as name:
        folder = Path(name)
        tree = folder / "tree"
        for part in ("capcom_gql", "plugins"):
            shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file, old, new in mutant.changes:
            source = (tree / file).read_text(encoding="utf-8")
            if source.count(old) != 1:
                raise SystemExit(f"{file}: the text to replace stands {source.count(old)} times:\n{old}")
            (tree / file).write_text(source.replace(old, new), encoding="utf-8")
        return run(replace(mutant.plan, seed=seed, tree=tree), folder)
