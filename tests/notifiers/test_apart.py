"""A plugin in a child process is kept apart from the host: it sees no setting of others, and outlives nobody."""

import json
import logging
import pickle
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.notifiers.sending import MAX_RETRY_AFTER, OutcomeKind
from capcom_gql.plugin import Message
from capcom_gql.settings import Settings
from tests.notifiers.bench import GOOD, Bench, entry_of
from tests.notifiers.children import HOLDS, is_free
from tests.patience import LONG, until


async def test_it_sees_its_own_settings_and_no_others(
    bench: Bench, message: Message, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, broker = "postgres://capcom:s3cret-db@db.example/capcom", "redis://:s3cret-broker@redis.example"
    for name, value in {
        "CAPCOM_DATABASE_URL": database,
        "CAPCOM_NOTIFY__OTHER__TOKEN": "of-the-other",
        "capcom_odd": "x",
        "DATABASE_URL": database,
        "PGPASSWORD": "s3cret-db",
        "WORKER_ARGUMENTS": f"--broker {broker}",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "PYTHONPATH": "/where/the/operator/says",
    }.items():
        monkeypatch.setenv(name, value)
    seen = tmp_path / "seen"
    bench.channel(
        "probe",
        f"""
        class Config(BaseModel):
            token: SecretStr
        def send(self, message):
            Path({str(seen)!r}).write_text(json.dumps([dict(os.environ), self.config.token.get_secret_value()]))
            return Sent()
        """,
    )
    notify = {"probe": {"token": "of-the-probe"}, "other": {"token": "of-the-other"}}
    await bench.load_outside(database_url=database, broker_url=broker, notify=notify).send("probe", message)
    environment, token = json.loads(seen.read_text())
    assert token == "of-the-probe"
    assert not [name for name in environment if name.upper().startswith("CAPCOM")]
    shown = json.dumps(environment)
    assert "s3cret" not in shown and "of-the-other" not in shown
    assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert environment["PYTHONPATH"] == "/where/the/operator/says"


async def test_what_it_prints_and_reads_is_not_what_the_host_says(
    bench: Bench, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "capcom_gql")
    bench.channel(
        "probe",
        """
        class Config(BaseModel):
            token: SecretStr
        def __init__(self, config, host):
            print(json.dumps({"number": 1, "answer": {"failure": "it lies"}}))
            super().__init__(config, host)
        def send(self, message):
            import subprocess
            print("printed", self.config.token.get_secret_value())
            os.write(1, b"written\\n")
            subprocess.run(["echo", "of its child"])
            print("read", repr(sys.stdin.read()), file=sys.stderr)
            return Sent("yes")
        """,
    )
    registry = bench.load_outside(notify={"probe": {"token": "s3cret-s3cret"}})
    assert (await registry.send("probe", message)).provider_id == "yes"
    registry.close()
    for words in ("printed ***", "written", "of its child", "read ''"):
        assert f"plugin probe printed: {words}" in caplog.messages
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        "nonsense",
        "[]",
        "{}",
        '{"number": []}',
        "[" * 200_000,
        '{"number": 3, "answer": {"kind": "SENT", "more": 1, "reason": 5}}',
        '{"number": 3, "answer": {"kind": "WAIT", "reason": "the channel was not called"}}',
        '{"number": 3, "answer": {"kind": "FAILED"}}',
    ],
    ids=lambda said: said[:60],
)
async def test_a_plugin_that_gets_at_the_pipe_harms_itself_alone(bench: Bench, message: Message, said: str) -> None:
    body = f"""
        def send(self, message):
            for number in range(3, 30):
                try:
                    os.write(number, {said!r}.encode() + b"\\n")
                except OSError:
                    pass
            time.sleep(600)
        """
    bench.channel("probe", body)
    bench.channel("good")
    registry = bench.load_outside()
    outcome = await registry.send("probe", message)
    assert (outcome.kind, outcome.crashed) == (OutcomeKind.RETRY, True)
    assert str(outcome.reason).startswith("probe: its process gave a malformed answer")
    assert (await registry.send("good", message)).kind is OutcomeKind.SENT


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("1e300", MAX_RETRY_AFTER), ("1" * 400, None), ("NaN", None), ("1e999", None), ("-5", None), ("7", 7.0)],
    ids=lambda given: str(given)[:20],
)
async def test_what_it_tells_is_what_a_row_can_hold(
    bench: Bench, message: Message, retry_after: str, seconds: float | None
) -> None:
    """An outcome that cannot be written would have the letter go again for ever."""
    tells = (
        '{"number": 3, "answer": {"kind": "%s", "reason": "a\\u0000b\\ud800", "provider_id": %s, "retry_after": %s}}'
    )
    bench.channel(
        "probe",
        """
        class Config(BaseModel):
            token: SecretStr
        def send(self, message):
            for number in range(3, 30):
                try:
                    os.write(number, message.text.encode() + b"\\n")
                except OSError:
                    pass
            time.sleep(600)
        """,
    )
    notify = {"probe": {"token": "s3cret-s3cret"}}
    told = replace(message, text=tells % ("RETRY", "null", retry_after))
    outcome = await bench.load_outside(notify=notify).send("probe", told)
    if len(retry_after) < 400:
        assert (outcome.kind, outcome.reason, outcome.retry_after) == (OutcomeKind.RETRY, "a?b?", seconds)
    else:
        assert (outcome.kind, outcome.retry_after) == (OutcomeKind.RETRY, None)
    told = replace(message, text=tells % ("SENT", '"p\\u0000\\ud800-s3cret-s3cret"', "null"))
    outcome = await bench.load_outside(notify=notify).send("probe", told)
    assert (outcome.kind, outcome.provider_id) == (OutcomeKind.SENT, "p??-***")


async def test_it_does_not_start_in_the_working_folder(
    bench: Bench, message: Message, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `.env` of the installation is not found there; what is said of folders holds all the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CAPCOM_NOTIFY__OTHER__TOKEN=of-the-other\n")
    (bench.plugins / ".env").write_text("CAPCOM_NOTIFY__OTHER__TOKEN=of-the-other\n")
    bench.file("words/fr/welcome.jinja", "")
    hook = "from pathlib import Path\nfrom capcom_gql.plugin import hookimpl\n@hookimpl\n"
    bench.file("words/__init__.py", hook + "def capcom_template_dirs(): return [Path(__file__).parent]")
    bench.channel(
        "probe",
        """
        def send(self, message):
            return Sent(json.dumps([os.getcwd(), Path(".env").exists(), str(self.host.data_dir)]))
        """,
    )
    registry = load(Settings(data_dir=Path("data"), plugins_dir=Path("plugins")), HostTimeouts(load_timeout=LONG))
    try:
        outcome = await registry.send("probe", message)
    finally:
        registry.close()
    assert json.loads(str(outcome.provider_id)) == ["/", False, str(tmp_path / "data" / "probe")]
    assert registry.template_dirs == (tmp_path / "plugins" / "words",)


def test_a_name_that_is_no_slug_is_a_malformed_answer(bench: Bench) -> None:
    source = bench.channel("probe").read_text(encoding="utf-8")
    lie = "import capcom_gql.notifiers.declarations\ncapcom_gql.notifiers.declarations.MAX_NAME_LENGTH = 99\n"
    bench.file("probe.py", lie + source.replace('name = "probe"', f'name = "{"a" * 41}"'))
    probe = entry_of(bench.load_outside(), "probe")
    assert (probe.state, probe.address_kind) == (NotifierState.FAILED, "")
    assert str(probe.reason).endswith("its process gave a malformed answer")


def test_what_is_not_in_service_keeps_no_process(bench: Bench, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    source = bench.channel("probe", "class Config(BaseModel):\n    url: str\n" + GOOD).read_text(encoding="utf-8")
    bench.file("probe.py", source + HOLDS.format(lock=str(lock)))
    assert entry_of(bench.load_outside(), "probe").reason == "set CAPCOM_NOTIFY__PROBE__URL"
    until(lambda: is_free(lock))


PARENT = """
import asyncio, pickle, sys
from pathlib import Path
from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.loader import load
from capcom_gql.settings import Settings

registry = load(Settings(data_dir=Path("data"), plugins_dir=Path(sys.argv[1])), HostTimeouts(load_timeout=120))
message = pickle.loads(bytes.fromhex(sys.argv[2]))
asyncio.run(registry.send("probe", message))
"""

SLEEPS = "time.sleep(600)"
LETS_NO_THREAD_RUN = "import re; re.match('(a+)+$', 'a' * 64 + 'b')"


@pytest.mark.parametrize(
    ("hang", "number"),
    [(SLEEPS, signal.SIGKILL), (SLEEPS, signal.SIGTERM), (LETS_NO_THREAD_RUN, signal.SIGKILL)],
    ids=["kill -9 while it sleeps", "an end while it sleeps", "kill -9 while it lets no other thread run"],
)
def test_no_child_survives_its_parent(
    bench: Bench, message: Message, tmp_path: Path, hang: str, number: signal.Signals
) -> None:
    lock, begun = tmp_path / "lock", tmp_path / "begun"
    source = bench.channel(
        "probe", f"def send(self, message):\n    Path({str(begun)!r}).touch()\n    {hang}"
    ).read_text(encoding="utf-8")
    bench.file("probe.py", source + HOLDS.format(lock=str(lock)))
    command = [sys.executable, "-c", PARENT, str(bench.plugins), pickle.dumps(message).hex()]
    with subprocess.Popen(command, cwd=tmp_path) as parent:
        until(begun.exists)
        assert not is_free(lock)
        parent.send_signal(number)
    until(lambda: is_free(lock))
