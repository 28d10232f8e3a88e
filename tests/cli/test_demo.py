"""`capcom demo`: what it prints is what it promises, and works as printed."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.installations import Installation, Serving
from tests.patience import LONG, promised, until
from tests.processes import READY, outside

START_SECONDS = 20.0
"""By a machine of its own; it takes three or four."""

NETWORK = """
{
  organisations(first: 100) {
    nodes { kind subscription { state seatsUsed terms { state } seats(includeRemoved: true) { isActive } } }
  }
  redemptions(first: 100) { nodes { state } }
}
"""


@dataclass
class Shown:
    """A demo that runs: what it printed, and the server behind it."""

    text: str
    serving: Serving

    def after(self, words: str) -> str:
        """What stands behind some words on their line."""
        found = re.search(rf"^\s*{re.escape(words)}\s+(\S.*)$", self.text, re.MULTILINE)
        assert found, (words, self.text)
        return found.group(1)

    @property
    def query(self) -> str:
        """The query to paste."""
        found = re.search(r"^\{.*?^\}", self.text, re.MULTILINE | re.DOTALL)
        assert found, self.text
        return found.group()

    def command(self, words: str) -> str:
        """The command line that holds some words."""
        (line,) = [line.strip() for line in self.text.splitlines() if words in line]
        return line

    def answer(self) -> Any:
        """The printed query, asked with the printed key."""
        reply = self.serving.ask(self.query, token=self.after("event system")).json
        assert "errors" not in reply, reply
        return reply["data"]["discountCheck"]


@contextmanager
def demo(installation: Installation, *arguments: str, program: list[str] | None = None) -> Iterator[Shown]:
    """The demo, started in the installation's folder, whose temporary folder is there too."""
    env = installation.env | {"TMPDIR": str(installation.folder)}
    del env["CAPCOM_DATA_DIR"]
    log = installation.folder / "demo.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*(program or [sys.executable, "-m", "capcom_gql"]), "demo", *arguments],
            cwd=installation.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        lines: list[str] = []
        for line in process.stdout:
            if line.startswith(READY):
                yield Shown("".join(lines), Serving(line.removeprefix(READY).strip(), process, log))
                break
            lines.append(line)
        else:
            pytest.fail(f"the demo never was ready: {''.join(lines)} {log.read_text()}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def leftovers(installation: Installation) -> list[Path]:
    """The demo's temporary folders."""
    return list(installation.folder.glob("capcom-demo-*"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """A demo as the README starts it, where port 8000 is busy and another database is in the settings."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "bin").symlink_to(Path(sys.executable).parent)
    installation = Installation(folder, {"CAPCOM_DATABASE_URL": "postgres://capcom@127.0.0.1:1/capcom"})
    began = time.monotonic()
    with occupied(8000), demo(installation, program=["bin/capcom"]) as made:
        assert time.monotonic() - began < promised(START_SECONDS)
        yield made
        made.serving.stop()
    assert leftovers(installation) == []


@contextmanager
def occupied(port: int) -> Iterator[None]:
    """Somebody listens there: we, unless another already does."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield


def test_the_addresses_and_the_tokens_work(shown: Shown) -> None:
    assert shown.serving.url != "http://127.0.0.1:8000"
    assert shown.after("Explorer") == f"{shown.serving.url}/graphql"
    for page in ("Explorer", "Mailbox"):
        request = urllib.request.Request(shown.after(page), headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=LONG) as response:
            assert response.status == 200
    assert {name: viewer(shown, name) for name in ("staff", "manager")} == {"staff": "STAFF", "manager": "MANAGER"}


def test_nothing_worries_a_newcomer(shown: Shown) -> None:
    """Channels of which nothing is set are no news where there is a mailbox."""
    assert "WARNING" not in shown.serving.log.read_text()


def test_the_network_shows_every_stage(shown: Shown) -> None:
    data = shown.serving.ask(NETWORK, token=shown.after("staff")).json["data"]
    subscriptions = [node["subscription"] for node in data["organisations"]["nodes"]]
    assert len(subscriptions) == 12
    assert len({node["kind"] for node in data["organisations"]["nodes"]}) >= 8
    assert {each["state"] for each in subscriptions} == {"PROVISIONAL", "CONFIRMED", "CANCELLED", "EXPIRED"}
    assert [each for each in subscriptions if len(each["terms"]) > 1], "one that reopened"
    assert [each for each in subscriptions if any(not seat["isActive"] for seat in each["seats"])], "a seat removed"
    redeemed = {node["state"] for node in data["redemptions"]["nodes"]}
    assert redeemed == {"PROVISIONAL", "FINAL", "TO_REINVOICE", "RELEASED"}


def test_the_first_query_then_sixteen_days_on_with_the_printed_commands(shown: Shown) -> None:
    answer = shown.answer()
    assert (answer["eligible"], answer["provisional"], answer["percent"]) == (True, True, 20)

    clock, tick = shown.command("clock set"), shown.command("tick --until-idle")
    folder = Path(re.findall(r"CAPCOM_DATA_DIR=(\S+)", clock)[0])
    settings = f"CAPCOM_DATA_DIR={folder} CAPCOM_DATABASE_URL= CAPCOM_PUBLIC_URL={shown.serving.url}"
    day = datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=16)
    assert clock == f"{settings} bin/capcom clock set {day}"
    assert tick == f"{settings} bin/capcom tick --until-idle"

    as_typed(folder.parent, clock)
    answer = shown.answer()
    assert (answer["eligible"], answer["reason"]) == (False, "SUBSCRIPTION_CANCELLED")
    as_typed(folder.parent, tick)
    mails = [file.read_text() for file in (folder / "mailbox").glob("*.eml")]
    assert any("X-Capcom-Topic: cancelled" in mail and "Saint-Aubin-les-Forges" in mail for mail in mails)


def viewer(shown: Shown, name: str) -> str:
    """The role of a printed token."""
    role = shown.serving.ask("{ viewer { role } }", token=shown.after(name)).json["data"]["viewer"]["role"]
    assert isinstance(role, str)
    return role


def as_typed(folder: Path, command: str) -> None:
    """Run a command line as a person pastes it, in another terminal in the same folder."""
    env = outside()
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)


def test_a_port_that_was_asked_for_and_is_busy(installation: Installation) -> None:
    with occupied(8000):
        assert "Port 8000 of 127.0.0.1 is busy" in installation.run("demo", "--port", "8000", status=1).err


def test_a_folder_may_be_chosen_and_is_kept(installation: Installation) -> None:
    kept = installation.folder / "kept"
    with demo(installation, "--port", "0", "--data-dir", str(kept)) as shown:
        assert str(kept) in shown.text
        shown.serving.stop()
    assert (kept / "capcom.sqlite3").exists()
    refused = installation.run("demo", "--data-dir", str(kept), status=1)
    assert "holds a database already" in refused.err


def test_stopped_while_it_fills_it_leaves_nothing(installation: Installation) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "capcom_gql", "demo", "--port", "0"],
        cwd=installation.folder,
        env=installation.env | {"TMPDIR": str(installation.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: list(installation.folder.glob("capcom-demo-*/mailbox/*.eml")) or process.poll() is not None)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LONG)
    assert (process.returncode, out, err) == (0, "", "")
    assert leftovers(installation) == []


def test_there_is_none_in_production(installation: Installation) -> None:
    assert "no demo in production" in installation.having(ENV="production").run("demo", status=1).err
