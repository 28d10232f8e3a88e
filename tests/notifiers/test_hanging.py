"""A channel that hangs costs its own deliveries their time, and nobody else's."""

import asyncio
import threading
from pathlib import Path

import pytest

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.in_process import STUCK_LIMIT, STUCK_WAIT
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench
from tests.patience import LONG, eventually, unhindered, until


@pytest.mark.parametrize(
    "hang",
    [
        "def send(self, message):\n    time.sleep(30)",
        "async def send(self, message):\n    await asyncio.sleep(60)",
        "async def send(self, message):\n    try:\n        await asyncio.sleep(60)\n"
        "    except asyncio.CancelledError:\n        await asyncio.sleep(30)",
        "def validate_address(self, raw):\n    time.sleep(30)\nasync def send(self, message): ...",
    ],
    ids=["def", "async def", "async that will not be cancelled", "validate_address"],
)
async def test_a_hang_ends_at_the_deadline_and_delays_no_other_channel(
    bench: Bench, message: Message, hang: str
) -> None:
    bench.channel("hangs", hang)
    bench.channel("good")
    registry = bench.load(send_timeout=1)
    hanging = asyncio.create_task(registry.send("hangs", message))
    good = await registry.send("good", message)
    assert not hanging.done(), "the other did not wait for it"
    assert good.kind is OutcomeKind.SENT
    outcome = await hanging
    assert (outcome.kind, outcome.crashed) == (OutcomeKind.RETRY, True)
    assert outcome.reason == "hangs: no answer within 1 s"
    assert 990 <= outcome.duration_ms < 30_000


async def test_a_channel_whose_sends_never_come_back_is_given_no_more_until_they_do(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    bench.channel(
        "hangs",
        f"""
        def send(self, message):
            while not Path({str(release)!r}).exists():
                time.sleep(0.02)
            return Sent()
        """,
    )
    registry = bench.load(HostTimeouts(pause=0.05, longest_pause=0.05), send_timeout=0.3)
    first = await asyncio.gather(*(registry.send("hangs", message) for _ in range(STUCK_LIMIT)))
    assert {outcome.crashed for outcome in first} == {True}
    await asyncio.sleep(0.06)
    refused = await registry.send("hangs", message)
    reason = "hangs: 8 earlier sends have not ended yet"
    assert refused == Outcome(kind=OutcomeKind.WAIT, reason=reason, retry_after=STUCK_WAIT)
    release.touch()
    async with asyncio.timeout(LONG):
        while (await registry.send("hangs", message)).kind is not OutcomeKind.SENT:  # noqa: ASYNC110  only a send tells
            await asyncio.sleep(0.02)


async def test_who_stops_waiting_stops_an_async_send(bench: Bench, message: Message, tmp_path: Path) -> None:
    begun, stopped = tmp_path / "begun", tmp_path / "stopped"
    bench.channel(
        "probe",
        f"""
        async def send(self, message):
            try:
                Path({str(begun)!r}).touch()
                await asyncio.sleep(600)
            finally:
                Path({str(stopped)!r}).touch()
        """,
    )
    sending = asyncio.create_task(bench.load().send("probe", message))
    await eventually(begun.exists)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await eventually(stopped.exists)


def test_one_registry_serves_several_loops(bench: Bench, message: Message) -> None:
    bench.channel("probe", "async def send(self, message):\n    await asyncio.sleep(0)\n    return Sent()")
    bench.channel("hangs", "def send(self, message):\n    time.sleep(1)\n    return Sent()")
    registry = bench.load(send_timeout=0.5)
    before = set(threading.enumerate())
    for _ in range(2):
        assert asyncio.run(registry.send("probe", message)).kind is OutcomeKind.SENT
        assert asyncio.run(registry.send("hangs", message)).crashed
    # the abandoned sends come back to loops that have ended, and harm nothing
    until(lambda: not {each for each in threading.enumerate() if each.name == "notifier-send"} - before)


async def test_closing_reaches_every_channel_once_and_waits_for_none(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    bench.channel("a_fails", "def close(self):\n    sys.exit(1)\ndef send(self, message): ...")
    bench.channel("b_hangs", "def close(self):\n    time.sleep(600)\ndef send(self, message): ...")
    trace = tmp_path / "closed"
    bench.channel(
        "c_good", f"def close(self):\n    with open({str(trace)!r}, 'a') as f: f.write('x')\ndef send(self, m): ..."
    )
    registry = bench.load(send_timeout=0.2)
    with unhindered():
        registry.close()
        registry.close()
    assert trace.read_text() == "x"
    outcome = await registry.send("c_good", message)
    assert outcome == Outcome(kind=OutcomeKind.HELD, reason="c_good: the channels are closed")
