"""The clock: aware, in UTC, moved by exactly the offset."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from capcom_gql import clock


def test_the_real_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock.utc_now()
    after = datetime.now(UTC)
    assert before <= now <= after
    assert now.tzinfo is UTC


@pytest.mark.parametrize("offset", [timedelta(), timedelta(days=16), timedelta(days=-400, microseconds=1)])
def test_the_product_clock_is_the_real_one_moved(offset: timedelta) -> None:
    before = datetime.now(UTC)
    moved = clock.shifted(offset)
    after = datetime.now(UTC)
    assert before + offset <= moved <= after + offset
    assert moved.tzinfo is UTC


def test_an_offset_out_of_the_calendar_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        clock.shifted(timedelta(days=999_999_999))


def test_unix_ms_counts_milliseconds() -> None:
    before = time.time()
    assert int(before * 1000) <= clock.unix_ms() <= int(time.time() * 1000) + 1


def test_monotonic_never_goes_back() -> None:
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)
    started = clock.monotonic()
    time.sleep(0.02)
    assert 0.02 <= clock.monotonic() - started < 5
