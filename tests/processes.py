"""The real program in processes of its own: servers and commands on one database, ended by whoever started them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import LONG

READY = "ready "


def outside() -> dict[str, str]:
    """The environment of the tests, without settings of the product, except that one source may sign up many."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAPCOM_")}
    return {**kept, "CAPCOM_SIGN_UPS_PER_HOUR": "1000000"}


def environment(database_url: str, data_dir: Path) -> dict[str, str]:
    """The environment of a process on a database."""
    return {
        **outside(),
        "CAPCOM_DATABASE_URL": database_url,
        "CAPCOM_DATA_DIR": str(data_dir),
    }


def capcom(*arguments: str, env: dict[str, str]) -> str:
    """Run one command to its end and give what it printed. Raises with what it said when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "capcom_gql", *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout.strip()


@contextmanager
def running(*arguments: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """A `capcom` that runs until the end of the block. What it prints is in its `stdout`; errors go to the log."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "capcom_gql", *arguments],
            env=env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(LONG)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def server(env: dict[str, str], log: Path) -> Iterator[str]:
    """A `capcom serve` on a free port; gives its address once it answers, and ends it."""
    with running("serve", "--port", "0", env=env, log=log) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY), (line, log.read_text())
        yield line.removeprefix(READY).strip()
