"""The short form of the fault suite, and the eyes of its checker: what it must see, shown to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import redis_is_missing

ROOT = Path(__file__).resolve().parents[2]
RABBITMQ = "CAPCOM_TEST_RABBITMQ_URL"
ENDS_WITHIN = 180.0
"""Seconds: it takes 50, on processors of its own."""


@pytest.fixture
def no_processes_left() -> Iterator[list[int]]:
    """The groups of processes that a test starts; whatever befalls it, they are ended."""
    leaders: list[int] = []
    yield leaders
    for leader in leaders:
        try:
            os.killpg(leader, signal.SIGKILL)
        except ProcessLookupError:
            continue


def run(*arguments: str, leaders: list[int]) -> None:
    """The suite's own command, which must find nothing wrong."""
    command = [sys.executable, "-m", "tests.faults", *arguments]
    started = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    leaders.append(started.pid)
    try:
        told, _ = started.communicate(timeout=ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        # asked first, so that it ends the processes that it has started
        started.terminate()
        told, _ = started.communicate(timeout=ENDS_WITHIN)
    print(told)
    assert started.returncode == 0, told


@pytest.mark.faults
@pytest.mark.timeout(2 * ENDS_WITHIN)
def test_nothing_is_lost_or_done_twice(no_processes_left: list[int]) -> None:
    """About 50 s of kills, stops, restarts and cut connections, over PostgreSQL and Redis."""
    if missing := redis_is_missing():
        assert not os.environ.get("CI"), missing
        pytest.skip(missing)
    run(leaders=no_processes_left)


@pytest.mark.faults
@pytest.mark.timeout(2 * ENDS_WITHIN)
@pytest.mark.skipif(not os.environ.get(RABBITMQ), reason=f"{RABBITMQ} names no RabbitMQ, for which there are no wheels")
def test_over_rabbitmq(no_processes_left: list[int]) -> None:
    """The same over a RabbitMQ, whose connections are cut, refused and held up."""
    run("--broker", os.environ[RABBITMQ], leaders=no_processes_left)
