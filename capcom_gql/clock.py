"""The only place that reads the time; everything else is told what time it is.

Two clocks rule. The *product's clock* (`shifted`) rules terms, letters, checks, events, redemptions and
proofs; it is the real clock moved by one offset kept in the database, zero in production. The *real clock*
(`utc_now`, `unix_ms`) rules leases, retries, sessions, one-time links, limits, idempotency and key expiry.
"""

import time
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The real clock: the present instant, aware, in UTC."""
    return datetime.now(UTC)


def shifted(offset: timedelta) -> datetime:
    """The product's clock: the real one moved by `offset`; aware, in UTC.

    Raises OverflowError when the result leaves the years 1 to 9999.
    """
    return utc_now() + offset


def unix_ms() -> int:
    """The real clock as whole milliseconds since 1970-01-01T00:00Z, for identifiers ordered by time."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds from an arbitrary start, never set back: for deadlines and durations inside one process."""
    return time.monotonic()
