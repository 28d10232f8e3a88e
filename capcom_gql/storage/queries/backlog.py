"""What waits, what is late and what went wrong, counted in the database, so for the workers of every process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.tables.deliveries import IS_WAITING

LATE_AFTER = timedelta(minutes=5)
"""How long, by the product's clock, a step may be due before it counts as late: workers record it within seconds."""

# attempts without an outcome that another attempt followed, and those whose lease has just run out
_LOST = f"""
    SELECT (SELECT coalesce(sum(attempt - 1), 0) FROM delivery WHERE attempt > 1)
        - (SELECT count(*) FROM delivery JOIN deliveryattempt ON deliveryattempt.delivery_id = delivery.id
            WHERE delivery.attempt > 1 AND deliveryattempt.number < delivery.attempt)
        + (SELECT count(*) FROM delivery WHERE {IS_WAITING} AND leased_until <= $1) AS lost
"""


@dataclass(frozen=True, slots=True)
class LateSteps:
    """How many subscriptions have a step of the calendar that is due."""

    due: int
    late: int
    """those due for longer than LATE_AFTER"""
    failing: int
    """those whose step failed, so that it is tried later"""


@dataclass(frozen=True, slots=True)
class LateDeliveries:
    """How many deliveries there are, and how far the workers are behind."""

    counts: Mapping[tuple[str, str], int]
    """all deliveries, by state and channel"""
    oldest_due_seconds: float
    """for how many seconds the oldest delivery that is due could have been tried; 0 when none is due"""
    lost_attempts: int
    """attempts that began and have no outcome, because their worker died or lost the database"""


async def count_late_steps(now: datetime) -> LateSteps:
    """How many subscriptions have a step that is due at `now`, an instant of the product's clock; each counts once."""
    (found,) = await rows(
        """
        SELECT count(*) AS due, count(*) FILTER (WHERE due_at <= $2) AS late,
            count(*) FILTER (WHERE step_failures > 0) AS failing
        FROM subscription WHERE due_at <= $1
        """,
        [now, now - LATE_AFTER],
    )
    return LateSteps(found["due"], found["late"], found["failing"])


async def count_late_deliveries(now: datetime, real: datetime) -> LateDeliveries:
    """The deliveries at an instant, given by the product's clock (`now`) and by the real clock (`real`)."""
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
    """Seconds for which a delivery is due by both clocks, that is by the one by which it was due later."""
    if is_postgres():
        return "extract(epoch FROM least($1::timestamptz - due_at, $2::timestamptz - next_attempt_at))"
    return "min(julianday($1) - julianday(due_at), julianday($2) - julianday(next_attempt_at)) * 86400"
