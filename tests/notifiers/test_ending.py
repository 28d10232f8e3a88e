"""A child process that ends, or does not answer, is replaced: its own sends are lost to it, and no others."""

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench, entry_of
from tests.notifiers.children import HOLDS, is_free, pid_of, wait_until
from tests.notifiers.test_loading import HEAD

MOODS = """
def send(self, message):
    if message.topic == "who":
        return Sent(str(os.getpid()))
    if message.topic == "slow":
        time.sleep(0.7)
        return Sent(str(os.getpid()))
    if message.topic == "hang":
        time.sleep(600)
    if message.topic == "leave":
        os._exit(4)
"""


async def test_a_process_that_is_killed_takes_its_sends_with_it_and_is_replaced(bench: Bench, message: Message) -> None:
    bench.channel("probe", MOODS)
    registry = bench.load_outside()
    who = replace(message, topic="who")
    first = pid_of(await registry.send("probe", who))
    slow = [asyncio.create_task(registry.send("probe", replace(message, topic="slow"))) for _ in range(3)]
    await asyncio.sleep(0.2)
    os.kill(first, signal.SIGKILL)
    for outcome in await asyncio.gather(*slow):
        assert (outcome.kind, outcome.crashed, outcome.late) == (OutcomeKind.RETRY, True, False)
        assert outcome.reason == "probe: its process ended (signal 9)"
    second = pid_of(await registry.send("probe", who))
    assert second not in (first, os.getpid())


async def test_what_a_process_leaves_behind_does_not_hide_that_it_has_ended(bench: Bench, message: Message) -> None:
    """A process of the plugin's own, which has every pipe of the one that it was made from."""
    body = """
        def send(self, message):
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
            os._exit(4)
        """
    bench.channel("probe", body)
    outcome = await bench.load_outside(send_timeout=15).send("probe", message)
    assert outcome.reason == "probe: its process ended (status 4)"
    assert outcome.duration_ms < 10_000


async def test_one_that_keeps_ending_is_started_after_growing_waits(bench: Bench, message: Message) -> None:
    bench.channel("probe", MOODS)
    registry = bench.load_outside(HostTimeouts(longest_restart_wait=1.5))
    leave, who = replace(message, topic="leave"), replace(message, topic="who")
    for _ in range(2):  # the first is replaced at once
        assert (await registry.send("probe", leave)).reason == "probe: its process ended (status 4)"
    refused = await registry.send("probe", who)
    assert (refused.kind, refused.crashed) == (OutcomeKind.WAIT, False)
    assert refused.reason == "probe: its process has ended 2 times in a row and is started again after a wait"
    assert refused.retry_after is not None and 0.5 < refused.retry_after <= 1
    await asyncio.sleep(refused.retry_after)
    assert (await registry.send("probe", leave)).crashed
    longer = await registry.send("probe", who)
    assert longer.retry_after is not None and 1 < longer.retry_after <= 1.5
    await asyncio.sleep(longer.retry_after)
    # once it has done its work, it is trusted again
    assert (await registry.send("probe", who)).kind is OutcomeKind.SENT
    assert (await registry.send("probe", leave)).crashed
    assert (await registry.send("probe", who)).kind is OutcomeKind.SENT


async def test_a_late_send_costs_its_process_and_none_of_the_others(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    lock = tmp_path / "lock"
    path = bench.channel("probe", MOODS)
    path.write_text(path.read_text(encoding="utf-8") + HOLDS.format(lock=str(lock)), encoding="utf-8")
    registry = bench.load_outside(send_timeout=1)
    who = replace(message, topic="who")
    first = pid_of(await registry.send("probe", who))
    # the process that comes next does not take it
    bench.channel("probe", MOODS)
    hanging = asyncio.create_task(registry.send("probe", replace(message, topic="hang")))
    await asyncio.sleep(0.5)
    slow = asyncio.create_task(registry.send("probe", replace(message, topic="slow")))
    late = await hanging
    assert (late.kind, late.crashed, late.late) == (OutcomeKind.RETRY, True, True)
    assert late.reason == "probe: no answer within 1 s"
    # that process goes on with what it has, and gets nothing new
    assert not is_free(lock)
    assert pid_of(await registry.send("probe", who)) != first
    assert pid_of(await slow) == first
    wait_until(lambda: is_free(lock))


async def test_three_deadlines_missed_are_followed_by_a_rest(bench: Bench, message: Message) -> None:
    body = "async def send(self, message):\n    await asyncio.sleep(600 * (message.topic == 'hang'))\n    return Sent()"
    bench.channel("probe", body)
    for load in (bench.load, bench.load_outside):
        registry = load(HostTimeouts(pause=0.6, longest_pause=1.0), send_timeout=0.3)
        hang, who = replace(message, topic="hang"), replace(message, topic="who")
        for _ in range(2):
            assert (await registry.send("probe", hang)).late
        assert (await registry.send("probe", who)).kind is OutcomeKind.SENT, "an answer between them"
        for _ in range(3):
            assert (await registry.send("probe", hang)).late
        for rest, left in ((0.6, 0.0), (1.0, 0.6), (1.0, 0.6)):
            refused = await registry.send("probe", who)
            assert (refused.kind, refused.crashed) == (OutcomeKind.WAIT, False)
            assert str(refused.reason).endswith(f"times in a row and is paused for {rest:g} s")
            assert refused.retry_after is not None and left < refused.retry_after <= rest
            await asyncio.sleep(refused.retry_after)
            # one try; while it lasts, nothing else
            trying = asyncio.create_task(registry.send("probe", hang))
            await asyncio.sleep(0)
            assert (await registry.send("probe", who)).kind is OutcomeKind.WAIT
            assert (await trying).late
        await asyncio.sleep(1.01)
        for _ in range(2):
            assert (await registry.send("probe", who)).kind is OutcomeKind.SENT


async def test_who_stops_waiting_for_the_try_leaves_it_to_the_next(bench: Bench, message: Message) -> None:
    bench.channel("probe", MOODS)
    registry = bench.load(HostTimeouts(missed_deadlines=1, pause=0.05), send_timeout=0.3)
    hang, who = replace(message, topic="hang"), replace(message, topic="who")
    assert (await registry.send("probe", hang)).late
    await asyncio.sleep(0.06)
    trying = asyncio.create_task(registry.send("probe", hang))
    await asyncio.sleep(0.02)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    assert (await registry.send("probe", who)).kind is OutcomeKind.SENT


async def test_a_process_that_does_not_start_again(bench: Bench, message: Message, tmp_path: Path) -> None:
    """Loaded once; then its file was changed, and its process ended. Each next start is a new chance."""
    path = bench.channel("probe", MOODS)
    good = path.read_text(encoding="utf-8")
    registry = bench.load_outside(HostTimeouts(load_timeout=4, longest_restart_wait=0.1))
    who = replace(message, topic="who")
    for source, reason in {
        "import no_such": "it could not be loaded again: ModuleNotFoundError (probe.py, line 1)",
        "import time\ntime.sleep(600)": "its process did not start within 4 s",
        HEAD + "@hookimpl\ndef capcom_notifiers(): return []": "it declares other channels",
    }.items():
        path.write_text(source, encoding="utf-8")
        assert (await registry.send("probe", replace(message, topic="leave"))).crashed
        await asyncio.sleep(0.15)
        outcome = await registry.send("probe", who)
        assert (outcome.kind, outcome.crashed) == (OutcomeKind.RETRY, True)
        assert str(outcome.reason).startswith(f"probe: {reason}")
        path.write_text(good, encoding="utf-8")
        await asyncio.sleep(0.15)
        assert (await registry.send("probe", who)).kind is OutcomeKind.SENT


async def test_settings_that_are_refused_at_the_next_start_hold_the_letters(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    mark = tmp_path / "revoked"
    refuses = f"""
def __init__(self, config, host):
    super().__init__(config, host)
    if Path({str(mark)!r}).exists():
        raise NotConfigured("the token is revoked")
"""
    bench.channel("probe", refuses + MOODS)
    registry = bench.load_outside()
    assert (await registry.send("probe", replace(message, topic="leave"))).crashed
    mark.touch()
    outcome = await registry.send("probe", message)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.HELD, "probe: the token is revoked")


def test_a_constructor_that_hangs_is_a_failure_of_its_own(bench: Bench) -> None:
    bench.channel("slow", "def __init__(self, *a): time.sleep(600)\ndef send(self, message): ...")
    bench.channel("good")
    registry = bench.load_outside(HostTimeouts(load_timeout=4))
    slow = entry_of(registry, "slow")
    assert (slow.state, slow.reason) == (NotifierState.FAILED, "it did not start within 4 s")
    assert entry_of(registry, "good").state is NotifierState.ACTIVE


async def test_closing_ends_every_process_and_waits_for_none(bench: Bench, message: Message, tmp_path: Path) -> None:
    locks = {name: tmp_path / name for name in ("closes", "fails", "hangs", "stays")}
    trace = tmp_path / "closed"
    closing = {
        "closes": f"open({str(trace)!r}, 'a').write('x')",
        "fails": "sys.exit(1)",
        "hangs": "time.sleep(600)",
        "stays": "threading.Thread(target=time.sleep, args=(600,)).start()",
    }
    for name, body in closing.items():
        path = bench.channel(name, f"def close(self):\n    {body}\n{MOODS}")
        path.write_text(path.read_text(encoding="utf-8") + HOLDS.format(lock=str(locks[name])), encoding="utf-8")
    registry = bench.load_outside(send_timeout=1)
    began = time.monotonic()
    registry.close()
    registry.close()
    assert time.monotonic() - began < 4
    assert trace.read_text() == "x"
    for lock in locks.values():
        assert is_free(lock)
    outcome = await registry.send("closes", message)
    assert outcome == Outcome(kind=OutcomeKind.HELD, reason="closes: the channels are closed")
