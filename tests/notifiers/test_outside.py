"""A plugin from outside runs in a child process that can be killed, and notices nothing of it."""

import asyncio
import os
import subprocess
import sys
import textwrap
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from capcom_gql.notifiers import wire
from capcom_gql.notifiers.registry import ChannelInfo, NotifierState
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.plugin import Health, Message
from tests.notifiers.bench import Bench, not_ours
from tests.notifiers.children import pid_of
from tests.notifiers.test_loading import BREACHES, BROKEN
from tests.notifiers.test_sending import OUTCOMES
from tests.patience import eventually

WHO = "def send(self, message):\n    return Sent(str(os.getpid()))"


async def test_its_code_is_never_imported_here(bench: Bench, message: Message, tmp_path: Path) -> None:
    trace = tmp_path / "imported by"
    source = bench.channel("probe", WHO).read_text(encoding="utf-8")
    bench.file("only_outside.py", source + f"\nopen({str(trace)!r}, 'a').write(f'{{os.getpid()}} ')\n")
    (bench.plugins / "probe.py").unlink()
    registry = bench.load_outside()
    child = pid_of(await registry.send("probe", message))
    assert trace.read_text().split() == [str(child)]
    assert child != os.getpid()
    assert "capcom_plugin_only_outside" not in sys.modules


async def test_the_operator_may_have_it_run_here(bench: Bench, message: Message) -> None:
    bench.channel("probe", WHO)
    registry = bench.load_outside(plugins_in_process=("Probe", "prob"))
    assert pid_of(await registry.send("probe", message)) == os.getpid()
    assert registry.warnings == ("CAPCOM_PLUGINS_IN_PROCESS names prob, which is not installed",)


async def test_the_table_of_outcomes_is_the_same(bench: Bench, message: Message) -> None:
    """Word for word what becomes of it in this process, but for the pause of a plugin that crashes every time."""
    bodies = "\n".join(
        f"    if message.topic == 't{place}':\n        {body}" for place, (body, *_) in enumerate(OUTCOMES.values())
    )
    bench.channel("probe", f"def send(self, message):\n{bodies}")
    here, outside = bench.load(), bench.load_outside()
    for place, (name, (_, kind, *_)) in enumerate(OUTCOMES.items()):
        letter = replace(message, topic=f"t{place}")
        expected = replace(await here.send("probe", letter), duration_ms=0)
        assert replace(await outside.send("probe", letter), duration_ms=0) == expected, name
        assert expected.kind is kind


def test_every_way_to_be_broken_has_the_same_reason(bench: Bench) -> None:
    """All at once, in as many child processes."""
    for place, (source, _) in enumerate(BROKEN.values()):
        bench.file(f"bad{place}.py", source.replace("bad.py", f"bad{place}.py"))
    source = bench.channel("worse", "    pass").read_text(encoding="utf-8")
    head, begin, _ = source.partition("class Channel(Notifier):\n")
    wrong = [
        begin.replace("Channel", f"Channel{place}")
        + f"    name = 'worse{place}'\n    address_kind = 'email'\n    def send(self, message): ...\n"
        + textwrap.indent(body, "    ")
        for place, (body, _) in enumerate(BREACHES.values())
    ]
    classes = ", ".join(f"Channel{place}" for place in range(len(BREACHES)))
    hook = f"@hookimpl\ndef capcom_notifiers():\n    return [{classes}]\n"
    bench.file("worse.py", "\n".join([head, *wrong, hook]))
    bench.channel("good")
    here, outside = bench.load(), bench.load_outside()
    assert len(not_ours(outside)) == len(BROKEN) + len(BREACHES) + 1
    assert [told(entry) for entry in outside.entries] == [told(entry) for entry in here.entries]
    assert [entry.name for entry in not_ours(outside) if entry.state is NotifierState.ACTIVE] == ["good"]


def told(entry: ChannelInfo) -> tuple[str, str, str]:
    """A channel as operators see it, without the place in memory of what a hook answered."""
    return entry.name, entry.state, (entry.reason or "").partition(" at 0x")[0]


async def test_a_message_and_a_host_arrive_whole(bench: Bench, message: Message, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    bench.channel(
        "probe",
        f"""
        formats = ("text", "html", "json")
        def send(self, message):
            Path({str(seen)!r}).write_text(repr(message) + repr(message.keys) + repr(self.host))
            return Sent()
        """,
    )
    more: dict[str, Any] = {"keys": ("whsec_a", "whsec_b"), "unsubscribe_url": "https://x.example/u", "timeout": 7.0}
    letter = replace(message, text="Évreux \U0001f4ee \udcff\0\n", **more)
    assert all(getattr(letter, field.name) != field.default for field in fields(letter)), "each has something to lose"
    told = []
    for load in (bench.load, bench.load_outside):
        await load(send_timeout=7).send("probe", letter)
        told.append(seen.read_text())
    assert told[0] == told[1]
    assert wire.message_from_wire(wire.parse_line(wire.to_line(wire.message_to_wire(letter)))) == letter


async def test_several_sends_at_once(bench: Bench, message: Message) -> None:
    """Eight, each of which ends only once all have begun."""
    bench.channel(
        "blocks",
        """
        all_begun = threading.Barrier(8)
        def send(self, message):
            self.all_begun.wait()
            return Sent()
        """,
    )
    bench.channel(
        "waits",
        """
        begun = 0
        async def send(self, message):
            Channel.begun += 1
            while Channel.begun < 8:
                await asyncio.sleep(0.01)
            return Sent()
        """,
    )
    registry = bench.load_outside()
    for name in ("blocks", "waits"):
        outcomes = await asyncio.gather(*(registry.send(name, message) for _ in range(8)))
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.SENT}


def test_any_loop_may_send(bench: Bench, message: Message) -> None:
    bench.channel("probe", WHO)
    registry = bench.load_outside()
    assert len({pid_of(asyncio.run(registry.send("probe", message))) for _ in range(3)}) == 1


async def test_who_stops_waiting_stops_the_send(bench: Bench, message: Message, tmp_path: Path) -> None:
    begun, stopped = tmp_path / "begun", tmp_path / "stopped"
    bench.channel(
        "probe",
        f"""
        async def send(self, message):
            if message.topic == "who":
                return Sent(str(os.getpid()))
            try:
                Path({str(begun)!r}).touch()
                await asyncio.sleep(600)
            finally:
                Path({str(stopped)!r}).touch()
        """,
    )
    registry = bench.load_outside()
    before = pid_of(await registry.send("probe", replace(message, topic="who")))
    sending = asyncio.create_task(registry.send("probe", message))
    await eventually(begun.exists)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await eventually(stopped.exists)
    assert pid_of(await registry.send("probe", replace(message, topic="who"))) == before


async def test_check_and_addresses_are_asked_of_it(bench: Bench) -> None:
    body = """
        class Config(BaseModel):
            token: SecretStr
        def check(self):
            if self.config.token.get_secret_value() == "raises":
                raise ValueError("raises")
            return Health(ok=False, detail="it does not open with " + self.config.token.get_secret_value())
        def validate_address(self, raw):
            if "@" not in raw:
                raise AddressInvalid("write it as name@domain")
            return raw if raw != "a@b" else 1 / 0
        def send(self, message): ...
        """
    bench.channel("probe", body)
    for load in (bench.load, bench.load_outside):
        registry = load(notify={"probe": {"token": "s3cret-s3cret"}}, plugins_disabled=("mailbox",))
        assert await registry.check("probe") == Health(ok=False, detail="it does not open with ***")
        assert await registry.address_fault("email", "ana") == "probe: write it as name@domain"
        assert await registry.address_fault("email", "ana@ville.example") is None
        assert await registry.address_fault("phone", "ana") is None
        assert await registry.address_fault("email", "a@b") is None, "who cannot say does not refuse"
        raising = load(notify={"probe": {"token": "raises"}})
        assert "ValueError (probe.py" in (await raising.check("probe")).detail
    registry = bench.load(plugins_disabled=("mailbox",))
    assert await registry.check("mailbox") == Health(ok=False, detail="CAPCOM_PLUGINS_DISABLED names mailbox")


def test_templates_are_laid_over_from_outside_as_well(bench: Bench) -> None:
    bench.file("words/fr/welcome.jinja", "")
    hook = "from pathlib import Path\nfrom capcom_gql.plugin import hookimpl\n@hookimpl\n"
    bench.file("words/__init__.py", hook + "def capcom_template_dirs(): return [Path(__file__).parent]")
    registry = bench.load_outside()
    assert registry.template_dirs == (bench.plugins / "words",)


def test_a_name_that_is_taken_is_never_given_the_settings(bench: Bench, tmp_path: Path) -> None:
    trace = tmp_path / "built"
    bench.channel("mailbox", f"def __init__(self, *a): Path({str(trace)!r}).touch()\ndef send(self, message): ...")
    first, second = [entry for entry in bench.load_outside().entries if entry.name == "mailbox"]
    assert (first.distribution, first.state, second.state) == ("capcom-gql", NotifierState.ACTIVE, NotifierState.FAILED)
    assert not trace.exists()


def test_a_child_imports_no_more_than_it_needs() -> None:
    """It has to be there at once, and many times over."""
    heavy = ("aiosqlite", "asyncpg", "dramatiq", "jinja2", "rich", "starlette", "strawberry", "tortoise", "typer")
    code = "import sys, capcom_gql.notifiers.child_main; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(heavy) & set(done.stdout.split())
