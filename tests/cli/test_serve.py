"""`capcom serve`: ready when it says so, stopped when asked, plain about what it cannot do."""

import contextlib
import signal
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.cli.installations import Installation
from tests.patience import until

# A channel that takes its time, as a third party might write it: it leaves a file when a send begins, one when it ends.
SLOW_CHANNEL = """
import time
from capcom_gql.plugin import Notifier, Sent, hookimpl

class Slow(Notifier):
    name = "slow"
    address_kind = "email"

    def send(self, message):
        self.host.data_dir.mkdir(parents=True, exist_ok=True)
        (self.host.data_dir / f"{message.id}.begun").touch()
        time.sleep(SECONDS)
        (self.host.data_dir / f"{message.id}.over").touch()
        return Sent()

@hookimpl
def capcom_notifiers():
    return [Slow]
"""


@pytest.fixture
def slow(installation: Installation) -> Installation:
    """An installation whose one channel needs two seconds for each letter."""
    return with_slow_channel(installation, 2)


def with_slow_channel(installation: Installation, seconds: int) -> Installation:
    plugins = installation.folder / "plugins"
    plugins.mkdir()
    (plugins / "slow.py").write_text(SLOW_CHANNEL.replace("SECONDS", str(seconds)))
    return installation.having(PLUGINS_DIR=str(plugins), CHANNELS="slow", SEND_TIMEOUT="60")


def sends(installation: Installation, end: str) -> set[str]:
    """The letters that the slow channel has begun, or is over with."""
    return {path.stem for path in (installation.data_dir / "slow").glob(f"*.{end}")}


def test_one_line_on_standard_output_and_a_clean_end(installation: Installation) -> None:
    with installation.server() as serving:
        assert serving.get("/healthz").json == {"status": "alive"}
        ready = serving.get("/readyz")
        assert ready.status == 200
        assert {name: part["ok"] for name, part in ready.json.items() if name != "status"} == {
            "database": True,
            "broker": True,
            "migrations": True,
            "notifiers": True,
            "steps": True,
        }
        serving.stop()
        assert (installation.folder / "serve.out").read_text() == f"ready {serving.url}\n"
        assert "Traceback" not in serving.log.read_text()


def test_ctrl_c_ends_it_as_well(installation: Installation) -> None:
    with installation.server() as serving:
        serving.stop(signal.SIGINT)


def test_a_busy_port_is_named(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = installation.run("serve", "--port", str(port), status=1)
    assert done.out == ""
    assert f"Port {port} of 127.0.0.1 is busy" in done.err


def test_letters_leave_by_themselves_once_a_mutation_is_done(installation: Installation) -> None:
    """Well before the second that an idle worker waits: the mutation wakes it."""
    with installation.server() as serving:
        serving.sign_up("ana", "bob")
        until(lambda: len(list((installation.data_dir / "mailbox").glob("*.eml"))) == 2, "mail")
        mail = min((installation.data_dir / "mailbox").glob("*.eml")).read_text()
        assert f"{serving.url}/choose-password?token=" in mail


def test_the_letter_in_flight_finishes_and_no_other_begins(slow: Installation) -> None:
    with slow.server() as serving:
        serving.sign_up("ana", "bob", "cleo")
        until(lambda: sends(slow, "begun"), "a send")
        begun = sends(slow, "begun")
        serving.stop()
    assert len(begun) == 1
    assert sends(slow, "begun") == sends(slow, "over") == begun
    with contextlib.closing(sqlite3.connect(slow.data_dir / "capcom.sqlite3")) as database:
        states = database.execute("SELECT id, state FROM delivery").fetchall()
    assert {each for each, state in states if state == "SENT"} == begun
    assert [state for _, state in states].count("PENDING") == 2


def test_a_channel_that_hangs_does_not_hold_up_the_end(installation: Installation) -> None:
    hanging = with_slow_channel(installation, 600)
    with hanging.server() as serving:
        serving.sign_up("ana")
        until(lambda: sends(hanging, "begun"), "a send")
        serving.stop()
        assert "did not finish in time" in serving.log.read_text()


def test_production_says_that_no_mail_leaves(installation: Installation) -> None:
    with installation.having(ENV="production").server() as serving:
        serving.sign_up("ana", "bob")
        assert "no mail leaves" in serving.log.read_text()
        assert serving.get("/readyz").json["notifiers"] == {
            "ok": True,
            "active": ["webhook"],
            "failed": [],
            "held": 2,
        }
        assert serving.get("/mailbox").status == 404


def test_a_broken_plugin_is_told_and_everything_else_goes_on(installation: Installation) -> None:
    plugins = installation.folder / "plugins"
    plugins.mkdir()
    (plugins / "broken.py").write_text("import nothing_of_that_name\n")
    with installation.having(PLUGINS_DIR=str(plugins)).server() as serving:
        serving.sign_up("ana")
        ready = serving.get("/readyz")
        assert ready.status == 503
        assert ready.json["notifiers"] == {
            "ok": False,
            "active": ["mailbox", "webhook"],
            "failed": ["broken"],
            "held": 0,
        }
        assert ready.json["database"]["ok"] is True
        assert "nothing_of_that_name" in serving.log.read_text()


def test_one_time_tokens_are_not_in_the_access_log(installation: Installation) -> None:
    with installation.server() as serving:
        for path in (
            "/choose-password?token=tell-nobody",
            "/choose-password/?x=tell-nobody",
            "/x?my_token=tell-nobody",
        ):
            serving.get(path)
        serving.get("/healthz?plain=shown")
        serving.stop()
        log = serving.log.read_text()
    assert "tell-nobody" not in log
    assert "GET /choose-password?(masked)" in log
    assert "GET /healthz?plain=shown" in log


def test_it_migrates_first_and_ticks_by_itself_on_either_engine(blank_database_url: str, tmp_path: Path) -> None:
    installation = Installation(tmp_path, {"CAPCOM_DATABASE_URL": blank_database_url})
    with installation.server() as serving:
        serving.sign_up("ana", "bob")
        until(lambda: len(list((installation.data_dir / "mailbox").glob("*.eml"))) == 2, "mail")
        assert installation.run("tick", "--until-idle").out.startswith("0 steps")
        serving.stop()
