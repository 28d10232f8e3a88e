"""`python -m tests.hostile`: every attack of the corpus on a demo of its own, with what it cost the server."""

import sys
import tempfile
from pathlib import Path

from tests.hostile.corpus import MOST_MILLISECONDS, attacks, is_held
from tests.hostile.target import target


def main() -> int:
    """Print a line for each attack; status 1 where one was answered by a fault of the server, or cost too much."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder, target(Path(folder)) as server:
        print(f"{'attack':55} {'status':>6} {'code':28} {'CPU ms':>8} {'KiB':>8}")
        for attack in attacks():
            outcome = attack.on(server)
            held = is_held(attack, outcome)
            failed += not held
            mark = "" if held else "  <-"
            print(
                f"{outcome.name:55} {outcome.status or 'closed':>6} {outcome.code:28} "
                f"{outcome.milliseconds:8.1f} {outcome.kibibytes:8}{mark}",
                flush=True,
            )
    print(f"{failed} not refused within {MOST_MILLISECONDS} ms of processor time")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
