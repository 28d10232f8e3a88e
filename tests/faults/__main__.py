"""`python -m tests.faults`: the short form; `--full`: five minutes; `--mutants`: what must make it fail."""

import argparse
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.faults.figures import told
from tests.faults.mutants import all_found
from tests.faults.run import Plan, run

SHORT = Plan()
FULL = Plan(seconds=300, rate=2.2, pace=60, towns=700, clients=16, dwell=3.5, drained_within=180)
SHOWN = 20


def main() -> int:
    """Run what was asked for, print its figures; status 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--full", action="store_true", help="five minutes, at least 500 faults and 10,000 events")
    parser.add_argument("--mutants", action="store_true", help="break the product in known ways; each must be found")
    parser.add_argument("--seed", type=int, default=1, help="what chance is drawn from")
    parser.add_argument("--seconds", type=float, help="how long deeds and harm go on")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--broker", default="", help="redis, none, or the address of a RabbitMQ (amqp://...)")
    parser.add_argument("--rate", type=float, help="faults in a second")
    parser.add_argument("--pace", type=float, help="deeds in a second, at most")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the logs")
    given = parser.parse_args()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, _leave)
    if given.mutants:
        return 0 if all_found(given.seed) else 1
    plan = replace(
        FULL if given.full else SHORT,
        seed=given.seed,
        database=given.database,
        broker=given.broker or ("redis" if given.database == "postgres" else "none"),
    )
    if plan.database == "sqlite":
        # there are fewer processes to strike, and more strikes that find none
        plan = replace(plan, rate=1.35 * plan.rate)
    for name in ("seconds", "rate", "pace"):
        if getattr(given, name) is not None:
            plan = replace(plan, **{name: getattr(given, name)})
    folder = given.keep or Path(tempfile.mkdtemp(prefix="capcom-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        report = run(plan, folder)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(told(report))
    for complaint in report.complaints[:SHOWN]:
        print(complaint)
    return 1 if report.complaints else 0


def _leave(*_: object) -> None:
    """Go, once: every process is ended on the way out, which a second signal must not cut short."""
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, signal.SIG_IGN)
    sys.exit("stopped")


if __name__ == "__main__":
    sys.exit(main())
