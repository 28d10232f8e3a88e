"""One PostgreSQL for a whole test run: started for the first worker that wants it, ended when the last has gone.

It is kept by a process of its own, which waits until nobody holds the lock that every user shares: it ends also when
they were killed.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.once import forget, locked, once
from tests.servers import EXTERNAL, Postgres, Server, ServerUnavailable, external_url

SERVER, TEMPLATE = MADE = ("postgres", "postgres-template")
"""What is made once for all workers, and gone with the server."""
ROOT = Path(__file__).parents[1]
_keepers: list[subprocess.Popen[str]] = []


@contextmanager
def one_postgres(folder: Path) -> Iterator[Server]:
    """The server of the run that has this folder. Raises ServerUnavailable."""
    if url := external_url():
        yield Server(url)
        return
    with locked(_users(folder), shared=True):
        yield Server(once(folder, SERVER, lambda: _started(folder)))


def _users(folder: Path) -> Path:
    return folder / "postgres.users"


def _started(folder: Path) -> str:
    errors = folder / "postgres.errors"
    with errors.open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.one_postgres", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # A Ctrl-C in the terminal is for pytest; the server ends when that has.
            start_new_session=True,
        )
    assert keeper.stdout is not None
    with keeper.stdout as told:
        url = told.readline().strip()
    if not url:
        keeper.wait()
        raise ServerUnavailable(errors.read_text(encoding="utf-8") or f"set {EXTERNAL} to a server")
    _keepers.append(keeper)
    return url


def _keep(folder: Path) -> None:
    try:
        with Postgres() as server:
            print(server.url(), flush=True)
            with locked(_users(folder)):
                # all have gone; who comes after all this waits here, and starts another
                for name in MADE:
                    forget(folder, name)
                server.stop()
    except ServerUnavailable as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
