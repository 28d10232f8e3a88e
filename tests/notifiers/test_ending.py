"""A child process that ends, or does not answer, is replaced: its own sends are lost to it, and no others."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.registry import NotifierState, Registry
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench, entry_of
from tests.notifiers.children import HOLDS, is_free, pid_of
from tests.notifiers.test_loading import HEAD
from tests.patience import LONG, unhindered, until

MOODS = """
def send(self, message):
    if message.topic == "who":
        return Sent(str(os.getpid()))
    if message.topic == "slow":
        while not Path(message.text).exists():
            time.sleep(0.01)
        return Sent(str(os.getpid()))
    if message.topic == "hang":
        time.sleep(600)
    if message.topic == "leave":
        os._exit(4)
"""


async def test_a_process_that_is_killed_takes_its_sends_with_it_and_is_replaced(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    bench.channel("probe", MOODS)
    registry = bench.load_outside()
    who = replace(message, topic="who")
    first = pid_of(await registry.send("probe", who))
    endless = replace(message, topic="slow", text=str(tmp_path / "never"))
    slow = [asyncio.create_task(registry.send("probe", endless)) for _ in range(3)]
    await asyncio.sleep(0.2)
    os.kill(first, signal.SIGKILL)
    for outcome in await asyncio.gather(*slow):
        assert (outcome.kind, outcome.crashed, outcome.late) == (OutcomeKind.RETRY, True, False)
        assert outcome.reason == "probe: its process ended (signal 9)"
    second = pid_of(await registry.send("probe", who))
    assert second not in (first, os.getpid())


async def test_what_a_process_leaves_behind_does_not_hide_that_it_has_ended(
    bench: Bench, message: Message, tmp_path: Path
) -> None:
    """A process of the plugin's own, which has every pipe of the one that it was made from, and outlives the send."""
    over = tmp_path / "over"
    body = f"""
        def send(self, message):
            if os.fork() == 0:
                while not Path({str(over)!r}).exists():
                    time.sleep(0.05)
                os._exit(0)
            os._exit(4)
        """
    bench.channel("probe", body)
    try:
        outcome = await bench.load_outside().send("probe", message)
    finally:
        over.touch()
    assert outcome.reason == "probe: its process ended (status 4)"


async def test_one_that_keeps_ending_is_started_after_growing_waits(bench: Bench, message: Message) -> None:
    bench.channel("probe", MOODS)
    registry = bench.load_outside(HostTimeouts(load_timeout=LONG, longest_restart_wait=2))
    leave, who = replace(message, topic="leave"), replace(message, topic="who")
    for _ in range(2):  # the first is replaced at once
        assert (await registry.send("probe", leave)).reason == "probe: its process ended (status 4)"
    refused = await registry.send("probe", who)
    assert (refused.kind, refused.crashed) == (OutcomeKind.WAIT, False)
    assert refused.reason == "probe: its process has ended 2 times in a row and is started again after a wait"
    assert refused.retry_after is not None and 0 < refused.retry_after <= 1
    await asyncio.sleep(refused.retry_after)
    assert (await registry.send("probe", leave)).crashed
    longer = await registry.send("probe", who)
    assert longer.retry_after is not None and 1 < longer.retry_after <= 2
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
    registry = bench.load_outside(send_timeout=3)
    who = replace(message, topic="who")
    first = pid_of(await registry.send("probe", who))
    # the process that comes next does not take it
    bench.channel("probe", MOODS)
    hanging = asyncio.create_task(registry.send("probe", replace(message, topic="hang")))
    await asyncio.sleep(1.5)
    release = tmp_path / "release"
    slow = asyncio.create_task(registry.send("probe", replace(message, topic="slow", text=str(release))))
    late = await hanging
    assert (late.kind, late.crashed, late.late) == (OutcomeKind.RETRY, True, True)
    assert late.reason == "probe: no answer within 3 s"
    # that process goes on with what it has, and gets nothing new
    assert not is_free(lock)
    release.touch()
    assert pid_of(await registry.send("probe", who)) != first
    assert pid_of(await slow) == first
    until(lambda: is_free(lock))


async def test_three_deadlines_missed_are_followed_by_a_rest(bench: Bench, message: Message) -> None:
    """In this process and in a child process, side by side: each waits for a dozen deadlines and rests."""
    body = "async def send(self, message):\n    await asyncio.sleep(600 * (message.topic == 'hang'))\n    return Sent()"
    bench.channel("probe", body)
    timeouts = HostTimeouts(load_timeout=LONG, pause=1, longest_pause=1.5)
    await asyncio.gather(
        *(_three_deadlines(load(timeouts, send_timeout=1), message) for load in (bench.load, bench.load_outside))
    )


async def _three_deadlines(registry: Registry, message: Message) -> None:
    hang, who = replace(message, topic="hang"), replace(message, topic="who")
    for _ in range(2):
        assert (await registry.send("probe", hang)).late
    assert (await registry.send("probe", who)).kind is OutcomeKind.SENT, "an answer between them"
    for _ in range(3):
        assert (await registry.send("probe", hang)).late
    for rest, left in ((1, 0), (1.5, 1), (1.5, 1)):
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
    await asyncio.sleep(1.51)
    for _ in range(2):
        assert (await registry.send("probe", who)).kind is OutcomeKind.SENT


async def test_who_stops_waiting_for_the_try_leaves_it_to_the_next(bench: Bench, message: Message) -> None:
    bench.channel("probe", MOODS)
    registry = bench.load(HostTimeouts(missed_deadlines=1, pause=0.05), send_timeout=1)
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
    within = bench.time_to_load()
    registry = bench.load_outside(HostTimeouts(load_timeout=within, longest_restart_wait=0.1))
    who = replace(message, topic="who")
    for source, reason in {
        "import no_such": "it could not be loaded again: ModuleNotFoundError (probe.py, line 1)",
        "import time\ntime.sleep(600)": f"its process did not start within {within:g} s",
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
    within = bench.time_to_load(processes=2)
    registry = bench.load_outside(HostTimeouts(load_timeout=within))
    slow = entry_of(registry, "slow")
    assert (slow.state, slow.reason) == (NotifierState.FAILED, f"it did not start within {within:g} s")
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
    with unhindered():
        registry.close()
        registry.close()
    assert trace.read_text() == "x"
    for lock in locks.values():
        assert is_free(lock)
    outcome = await registry.send("closes", message)
    assert outcome == Outcome(kind=OutcomeKind.HELD, reason="closes: the channels are closed")
