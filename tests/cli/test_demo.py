"""`capcom demo`: what it prints is what it promises, and works as printed."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.installations import COMMAND_SECONDS, STOP_SECONDS, Installation, Serving
from tests.processes import READY

pytestmark = pytest.mark.timeout(120)

START_SECONDS = 20.0
"""Generous, for a machine that runs other tests; alone it takes three or four."""

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


def test_what_it_prints_works_as_printed(installation: Installation) -> None:
    began = time.monotonic()
    with demo(installation, "--port", "0") as shown:
        assert time.monotonic() - began < START_SECONDS
        assert shown.after("Explorer") == f"{shown.serving.url}/graphql"
        for page in ("Explorer", "Mailbox"):
            request = urllib.request.Request(shown.after(page), headers={"Accept": "text/html"})
            with urllib.request.urlopen(request, timeout=20) as response:
                assert response.status == 200
        assert {name: viewer(shown, name) for name in ("staff", "manager")} == {"staff": "STAFF", "manager": "MANAGER"}
        answer = shown.answer()
        assert (answer["eligible"], answer["provisional"], answer["percent"]) == (True, True, 20)

        clock = shown.command("clock set")
        today = datetime.now(ZoneInfo("Europe/Paris")).date()
        assert shlex.split(clock)[-1] == (today + timedelta(days=16)).isoformat()
        as_typed(installation, clock)
        answer = shown.answer()
        assert (answer["eligible"], answer["reason"]) == (False, "SUBSCRIPTION_CANCELLED")
        mailbox = leftovers(installation)[0] / "mailbox"
        as_typed(installation, shown.command("tick"))
        last = max(mailbox.glob("*.eml")).read_text()
        assert "X-Capcom-Topic: cancelled" in last and "@saint-aubin.example" in last
        shown.serving.stop()
    assert leftovers(installation) == []


def viewer(shown: Shown, name: str) -> str:
    """The role of a printed token."""
    role = shown.serving.ask("{ viewer { role } }", token=shown.after(name)).json["data"]["viewer"]["role"]
    assert isinstance(role, str)
    return role


def as_typed(installation: Installation, command: str) -> None:
    """Run a command line as a person pastes it, in another terminal in the same folder."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAPCOM_")}
    done = subprocess.run(
        command,
        shell=True,
        cwd=installation.folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)


def test_the_network_shows_every_stage(installation: Installation) -> None:
    with demo(installation, "--port", "0") as shown:
        data = shown.serving.ask(NETWORK, token=shown.after("staff")).json["data"]
    subscriptions = [node["subscription"] for node in data["organisations"]["nodes"]]
    assert len(subscriptions) == 12
    assert len({node["kind"] for node in data["organisations"]["nodes"]}) >= 8
    states = Counter(each["state"] for each in subscriptions)
    assert set(states) == {"PROVISIONAL", "CONFIRMED", "CANCELLED", "EXPIRED"}
    assert [each for each in subscriptions if len(each["terms"]) > 1], "one that reopened"
    assert [each for each in subscriptions if any(not seat["isActive"] for seat in each["seats"])], "a seat removed"
    redeemed = {node["state"] for node in data["redemptions"]["nodes"]}
    assert redeemed == {"PROVISIONAL", "FINAL", "TO_REINVOICE", "RELEASED"}


def test_it_takes_a_free_port_where_the_usual_one_is_busy_but_not_where_one_is_asked_for(
    installation: Installation,
) -> None:
    with occupied(8000):
        with demo(installation) as shown:
            assert shown.serving.url != "http://127.0.0.1:8000"
            assert f"CAPCOM_PUBLIC_URL={shown.serving.url}" in shown.command("tick")
        busy = installation.run("demo", "--port", "8000", status=1)
        assert "is busy" in busy.err


@contextmanager
def occupied(port: int) -> Iterator[None]:
    """Somebody listens there: we, unless another already does."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError:
            pass
        yield


def test_the_installed_program_is_named_by_its_path_from_here(installation: Installation) -> None:
    program = Path(sys.executable).with_name("capcom")
    (installation.folder / "bin").symlink_to(program.parent)
    with demo(installation, "--port", "0", program=["bin/capcom"]) as shown:
        assert " bin/capcom clock set " in shown.command("clock set")


def test_it_touches_no_other_database(installation: Installation) -> None:
    elsewhere = installation.having(DATABASE_URL="postgres://capcom@127.0.0.1:1/capcom")
    with demo(elsewhere, "--port", "0") as shown:
        assert shown.answer()["eligible"] is True
        assert " CAPCOM_DATABASE_URL= " in shown.command("clock set")


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
    deadline = time.monotonic() + START_SECONDS
    while not list(installation.folder.glob("capcom-demo-*/mailbox/*.eml")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, out, err) == (0, "", "")
    assert leftovers(installation) == []


def test_there_is_none_in_production(installation: Installation) -> None:
    assert "no demo in production" in installation.having(ENV="production").run("demo", status=1).err
