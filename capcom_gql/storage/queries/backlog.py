"""What waits, what is late and what went wrong, counted in the database: any process answers for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.tables.deliveries import IS_WAITING

LATE_AFTER = timedelta(minutes=5)
"""By the product's clock: a step due for longer is one that no worker takes up."""

# a number without an outcome, and another attempt after it; and the leases that have run out just now
_LOST = f"""
    SELECT (SELECT coalesce(sum(attempt - 1), 0) FROM delivery WHERE attempt > 1)
        - (SELECT count(*) FROM delivery JOIN deliveryattempt ON deliveryattempt.delivery_id = delivery.id
            WHERE delivery.attempt > 1 AND deliveryattempt.number < delivery.attempt)
        + (SELECT count(*) FROM delivery WHERE {IS_WAITING} AND leased_until <= $1) AS lost
"""


@dataclass(frozen=True, slots=True)
class LateSteps:
    """The calendar's steps, by subscription: due; due for longer than LATE_AFTER; failing, and so put off."""

    due: int
    late: int
    failing: int


@dataclass(frozen=True, slots=True)
class LateDeliveries:
    """The letters: how many by state and channel; for how many seconds the oldest that is due could have been sent;
    how many attempts were begun and never came to an end, because whoever made them died or lost the database.
    """

    counts: Mapping[tuple[str, str], int]
    oldest_due_seconds: float
    lost_attempts: int


async def steps_behind(now: datetime) -> LateSteps:
    """The steps that wait at an instant of the product's clock."""
    (found,) = await rows(
        """
        SELECT count(*) AS due, count(*) FILTER (WHERE due_at <= $2) AS late,
            count(*) FILTER (WHERE step_failures > 0) AS failing
        FROM subscription WHERE due_at <= $1
        """,
        [now, now - LATE_AFTER],
    )
    return LateSteps(found["due"], found["late"], found["failing"])


async def deliveries_behind(now: datetime, real: datetime) -> LateDeliveries:
    """The letters at an instant, by the product's clock and by the real one."""
    counted = await rows("SELECT state, channel, count(*) AS count FROM delivery GROUP BY state, channel")
    (oldest,) = await rows(
        f"SELECT max({_waited()}) AS age FROM delivery WHERE {IS_WAITING} AND due_at <= $1 AND next_attempt_at <= $2",
        [now, real],
    )
    (attempts,) = await rows(_LOST, [real])
    return LateDeliveries(
        counts={(row["state"], row["channel"]): row["count"] for row in counted},
        oldest_due_seconds=float(oldest["age"] or 0),
        lost_attempts=int(attempts["lost"]),
    )


def _waited() -> str:
    """Seconds since a letter is due by both clocks, of which either may be the later."""
    if is_postgres():
        return "extract(epoch FROM least($1::timestamptz - due_at, $2::timestamptz - next_attempt_at))"
    return "min(julianday($1) - julianday(due_at), julianday($2) - julianday(next_attempt_at)) * 86400"
