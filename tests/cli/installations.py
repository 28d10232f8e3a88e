"""An installation for a test: the real program on a folder of its own, started and stopped as a person would."""

import json
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.forked import Forked, ran
from tests.databases import Source
from tests.patience import LONG, promised
from tests.processes import READY, outside

STOP_SECONDS = 10.0
"""What the product promises: SIGTERM ends it within this."""

SUBSCRIBE = """
mutation S($input: SubscribeInput!) {
  subscribe(input: $input) { subscription { state seatsUsed } errors { code message path } }
}
"""


def migrated(folder: Path, databases: Source) -> "Installation":
    """One with a database that the migrations have built, once for all: each command would, and takes a second."""
    installation = Installation(folder)
    installation.data_dir.mkdir(parents=True)
    with databases.migrated(folder) as url:
        shutil.move(url.removeprefix("sqlite:///"), installation.data_dir / "capcom.sqlite3")
    return installation


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.text)


@dataclass
class Serving:
    """A `capcom serve` that has said it is ready."""

    url: str
    process: subprocess.Popen[str] | Forked
    log: Path

    def get(self, path: str, **headers: str) -> Reply:
        """GET, as a browser's or a probe's request; a header's name has _ for -."""
        return _send(urllib.request.Request(self.url + path, headers=_named(headers)))

    def ask(self, query: str, variables: dict[str, Any] | None = None, token: str = "") -> Reply:
        """One GraphQL operation."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Language": "en"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        return _send(urllib.request.Request(f"{self.url}/graphql", body, headers))

    def sign_up(self, *names: str) -> None:
        """An organisation subscribes by the public form."""
        users = [{"email": f"{name}@ville.example", "givenName": name, "familyName": "Silva"} for name in names]
        form = {
            "organisation": {"name": "Ville de Rochebrune", "addressLines": []},
            "planCode": "EQUIPE",
            "users": users,
            "managerEmail": users[0]["email"],
            "signer": users[0],
            "acceptedTermsVersion": "1",
            "idempotencyKey": f"sign-up-{names[0]}",
        }
        payload = self.ask(SUBSCRIBE, {"input": form}).json["data"]["subscribe"]
        assert payload == {"subscription": {"state": "PROVISIONAL", "seatsUsed": len(names)}, "errors": []}

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        """Ask it to stop and wait for the end it promises: status 0, in time."""
        began = time.monotonic()
        self.process.send_signal(with_signal)
        assert self.process.wait(LONG) == 0, self.log.read_text()
        assert time.monotonic() - began < promised(STOP_SECONDS)


@dataclass(frozen=True)
class Installation:
    """A folder, and the settings of every process in it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The environment of its processes, with nothing of ours left over from the outside."""
        return {**outside(), "CAPCOM_DATA_DIR": str(self.data_dir), **self.settings}

    @property
    def data_dir(self) -> Path:
        """Where the database and the mailbox are."""
        return self.folder / "data"

    def having(self, **settings: str) -> "Installation":
        """The same folder with other settings."""
        return Installation(self.folder, self.settings | {f"CAPCOM_{name}": value for name, value in settings.items()})

    def copied(self, folder: Path) -> "Installation":
        """Another one with all that is in this folder now, while no process is in it."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Installation(folder, self.settings)

    def run(self, *arguments: str, status: int = 0) -> Done:
        """Run a command to its end, which must have that status and show no traceback."""
        with tempfile.TemporaryDirectory() as said:
            out, err = Path(said, "out"), Path(said, "err")
            status_told = ran(arguments, self.folder, self.env, out, err, LONG)
            done = Done(status_told, out.read_text("utf-8"), err.read_text("utf-8"))
        assert "Traceback" not in done.err, done.err
        assert done.status == status, (arguments, done)
        return done

    @contextmanager
    def server(self, *arguments: str) -> Iterator[Serving]:
        """A server on a free port, killed in the end if the test has not stopped it."""
        out, log = self.folder / "serve.out", self.folder / "serve.log"
        process = Forked(["serve", "--port", "0", *arguments], self.folder, self.env, out, log)
        try:
            line = process.first_line()
            assert line.startswith(READY), (line, log.read_text())
            yield Serving(line.removeprefix(READY).strip(), process, log)
        finally:
            process.kill()
            process.wait()


def _send(request: urllib.request.Request) -> Reply:
    try:
        with urllib.request.urlopen(request, timeout=LONG) as response:
            return Reply(response.status, _lower(response.headers.items()), response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, _lower(error.headers.items()), error.read().decode())


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
