"""Record the steps of the calendar that are due on any subscription; several processes may do so at the same time.

A subscription whose `due_at` has come is leased for a few seconds, so that others leave it alone, and then locked,
where `steps.next_step` decides what is recorded. Where two processes take the same one, the second finds nothing due.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from capcom_gql import clock
from capcom_gql.logs import about
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction, is_postgres, rows
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Subscription
from capcom_gql.subscription.calendar import lock_subscription

CHUNK = 20
"""Subscriptions leased at once; the steps of each are recorded in a transaction of its own."""
LEASE = timedelta(seconds=5)
"""How long, by the real clock, a lease lasts, so how long a worker that died delays others."""
LONGEST_WAIT = timedelta(minutes=10)
"""The longest pause, by the real clock, between two attempts on a subscription whose steps fail."""

log = logging.getLogger(__name__)


async def record_steps(runtime: Runtime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Record every step that is due by the product's clock, until `stopping()` is true. Returns how many.

    A failure on one subscription is logged and does not delay the others; it is tried again after 2 seconds, then
    after pauses that double, up to LONGEST_WAIT.
    """
    count = 0
    while not stopping():
        claimed = await _claim()
        for subscription_id in claimed:
            with about(subscription_id=subscription_id):
                count += await _record(runtime, subscription_id)
        if len(claimed) < CHUNK:
            break
    return count


async def _claim() -> list[str]:
    now, real = await product_now(), clock.utc_now()
    due = "due_at <= $1 AND (leased_until IS NULL OR leased_until <= $2)"
    # read first, since on SQLite even an update of no row waits for the write lock; ordered, since PostgreSQL soon
    # plans without knowing the instant, and would search the whole table for any row that is due
    if not await rows(f"SELECT 1 FROM subscription WHERE {due} ORDER BY due_at LIMIT 1", [now, real]):
        return []
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    claimed = await rows(
        f"""
        UPDATE subscription SET leased_until = $3
        WHERE id IN (SELECT id FROM subscription WHERE {due} ORDER BY due_at, id LIMIT {CHUNK} {skip})
        RETURNING id, due_at
        """,
        [now, real, real + LEASE],
    )
    return [row["id"] for row in sorted(claimed, key=lambda row: (str(row["due_at"]), row["id"]))]


async def _record(runtime: Runtime, subscription_id: str) -> int:
    async def work() -> int:
        locked = await lock_subscription(runtime, subscription_id)
        if locked is None:
            return 0
        await locked.schedule()
        return locked.recorded

    try:
        return await in_one_transaction(work)
    # a failure on one subscription must not stop the others
    except Exception:
        log.exception("the steps of a subscription cannot be recorded")
        await _postpone(subscription_id)
        return 0


async def _postpone(subscription_id: str) -> None:
    async def work() -> None:
        failing = await Subscription.filter(id=subscription_id).select_for_update().get()
        failing.step_failures += 1
        failing.leased_until = clock.utc_now() + min(timedelta(seconds=2**failing.step_failures), LONGEST_WAIT)
        await failing.save(update_fields=["step_failures", "leased_until"])

    try:
        await in_one_transaction(work)
    except Exception as error:  # noqa: BLE001  the database is out of reach: the lease expires by itself
        log.warning("a subscription cannot be postponed: %s", error)
