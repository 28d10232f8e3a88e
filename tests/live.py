"""One running `capcom demo` for a test session: the real program, its network, its mailbox, its explorer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes import READY, capcom, outside, running


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
        return capcom(*arguments, env=self.env)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo, on a free port and in a folder of its own, until the session ends."""
    folder = tmp_path_factory.mktemp("demo")
    env, log = outside(), folder / "errors.log"
    with running("demo", "--json", "--port", "0", "--data-dir", str(folder / "data"), env=env, log=log) as demo:
        assert demo.stdout is not None
        told, ready = demo.stdout.readline(), demo.stdout.readline()
        assert ready.startswith(READY), (told, ready, log.read_text())
        yield _live(json.loads(told), env)


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
