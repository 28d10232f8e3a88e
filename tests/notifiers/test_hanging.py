"""A channel that hangs costs its own deliveries their time, and nobody else's."""

import asyncio
import time
from pathlib import Path

import pytest

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.in_process import STUCK_LIMIT, STUCK_WAIT
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench


@pytest.mark.parametrize(
    "hang",
    [
        "def send(self, message):\n    time.sleep(1.5)",
        "async def send(self, message):\n    await asyncio.sleep(60)",
        "async def send(self, message):\n    try:\n        await asyncio.sleep(60)\n"
        "    except asyncio.CancelledError:\n        await asyncio.sleep(1)",
        "def validate_address(self, raw):\n    time.sleep(1.5)\nasync def send(self, message): ...",
    ],
    ids=["def", "async def", "async that will not be cancelled", "validate_address"],
)
async def test_a_hang_ends_at_the_deadline_and_delays_no_other_channel(
    bench: Bench, message: Message, hang: str
) -> None:
    bench.channel("hangs", hang)
    bench.channel("good")
    registry = bench.load(send_timeout=0.3)
    started = time.monotonic()
    hanging = asyncio.create_task(registry.send("hangs", message))
    good = await registry.send("good", message)
    assert time.monotonic() - started < 0.25
    assert good.kind is OutcomeKind.SENT
    outcome = await hanging
    assert time.monotonic() - started < 1
    assert (outcome.kind, outcome.crashed) == (OutcomeKind.RETRY, True)
    assert outcome.reason == "hangs: no answer within 0.3 s"
    assert 290 <= outcome.duration_ms < 1000


async def test_a_channel_whose_sends_never_come_back_is_given_no_more_until_they_do(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    bench.channel(
        "hangs",
        f"""
        def send(self, message):
            for _ in range(400):
                if Path({str(release)!r}).exists():
                    return Sent()
                time.sleep(0.02)
        """,
    )
    registry = bench.load(HostTimeouts(pause=0.05, longest_pause=0.05), send_timeout=0.1)
    first = await asyncio.gather(*(registry.send("hangs", message) for _ in range(STUCK_LIMIT)))
    assert {outcome.crashed for outcome in first} == {True}
    await asyncio.sleep(0.06)
    refused = await registry.send("hangs", message)
    reason = "hangs: 8 earlier sends have not ended yet"
    assert refused == Outcome(kind=OutcomeKind.WAIT, reason=reason, retry_after=STUCK_WAIT)
    release.touch()
    for _ in range(100):
        await asyncio.sleep(0.02)
        if (await registry.send("hangs", message)).kind is OutcomeKind.SENT:
            return
    pytest.fail("the channel was never given a message again")


async def test_who_stops_waiting_stops_an_async_send(bench: Bench, message: Message, tmp_path: Path) -> None:
    trace = tmp_path / "stopped"
    bench.channel(
        "probe",
        f"""
        async def send(self, message):
            try:
                await asyncio.sleep(60)
            finally:
                Path({str(trace)!r}).touch()
        """,
    )
    sending = asyncio.create_task(bench.load().send("probe", message))
    await asyncio.sleep(0.1)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await asyncio.sleep(0.05)
    assert trace.exists()


def test_one_registry_serves_several_loops(bench: Bench, message: Message) -> None:
    bench.channel("probe", "async def send(self, message):\n    await asyncio.sleep(0)\n    return Sent()")
    bench.channel("hangs", "def send(self, message):\n    time.sleep(0.5)\n    return Sent()")
    registry = bench.load(send_timeout=0.1)
    for _ in range(2):
        assert asyncio.run(registry.send("probe", message)).kind is OutcomeKind.SENT
        assert asyncio.run(registry.send("hangs", message)).crashed
    time.sleep(0.6)  # the abandoned sends come back to loops that have ended, and harm nothing


async def test_closing_reaches_every_channel_once_and_waits_for_none(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    bench.channel("a_fails", "def close(self):\n    sys.exit(1)\ndef send(self, message): ...")
    bench.channel("b_hangs", "def close(self):\n    time.sleep(3)\ndef send(self, message): ...")
    trace = tmp_path / "closed"
    bench.channel(
        "c_good", f"def close(self):\n    with open({str(trace)!r}, 'a') as f: f.write('x')\ndef send(self, m): ..."
    )
    registry = bench.load(send_timeout=0.2)
    started = time.monotonic()
    registry.close()
    registry.close()
    assert time.monotonic() - started < 1.5
    assert trace.read_text() == "x"
    outcome = await registry.send("c_good", message)
    assert outcome == Outcome(kind=OutcomeKind.HELD, reason="c_good: the channels are closed")
