"""One running `capcom demo` for a test session: the real program, its network, its mailbox, its explorer."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.patience import LONG
from tests.processes import READY


@dataclass(frozen=True)
class Live:
    """What a demo printed; `url` has no slash at its end."""

    url: str
    key: str
    staff_token: str
    manager_token: str
    query: str
    data_dir: Path
    env: dict[str, str]

    @property
    def mailbox_dir(self) -> Path:
        """The folder of .eml files."""
        return self.data_dir / "mailbox"

    def run(self, *arguments: str) -> str:
        """Run a `capcom` command on the demo's database and give what it printed. Fails with it."""
        done = subprocess.run(
            [sys.executable, "-m", "capcom_gql", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout.strip()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo, on a free port and in a folder of its own, until the session ends."""
    folder = tmp_path_factory.mktemp("demo")
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAPCOM_")}
    log = folder / "errors.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "capcom_gql", "demo", "--json", "--port", "0", "--data-dir", str(folder / "data")],
            env=env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        told, ready = process.stdout.readline(), process.stdout.readline()
        assert ready.startswith(READY), (told, ready, log.read_text())
        yield _live(json.loads(told), env)
    finally:
        process.terminate()
        try:
            process.wait(LONG)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _live(told: dict[str, Any], env: dict[str, str]) -> Live:
    data_dir = Path(told["data_dir"])
    return Live(
        url=told["url"],
        key=told["tokens"]["key"],
        staff_token=told["tokens"]["staff"],
        manager_token=told["tokens"]["manager"],
        query=told["query"],
        data_dir=data_dir,
        env=env | {"CAPCOM_DATA_DIR": str(data_dir), "CAPCOM_PUBLIC_URL": told["url"]},
    )
