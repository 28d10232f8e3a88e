"""Record the steps that are due, on whatever subscriptions: any process may, as many as want to at once.

The query suspects, the rule decides: a subscription whose `due_at` has come is claimed for a few seconds, so that
others leave it alone, then opened under its lock, where `steps.next_step` says what is to be recorded. Two that open
the same one record nothing twice: the second finds nothing due.
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
"""Subscriptions claimed at once; each is recorded in a transaction of its own, which so stays short."""
LEASE = timedelta(seconds=5)
"""How long a claim keeps others off: a worker that died with it holds nothing up for longer."""
LONGEST_WAIT = timedelta(minutes=10)
"""Between two tries at a subscription whose steps cannot be recorded."""

log = logging.getLogger(__name__)


async def record_steps(runtime: Runtime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Record every step that is due, until `stopping`. Returns how many were recorded.

    A subscription that fails is logged, holds up neither the others nor the letters, and is tried again, less and less
    often.
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
    # looked at first, since on SQLite even an update of nothing waits for the lock of those who write; in order, since
    # PostgreSQL soon plans without knowing the instant, and would look for any row that is due in the whole table
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
    # whatever fails on one subscription must not keep the others waiting
    except Exception:
        log.exception("the steps of a subscription cannot be recorded")
        await _put_off(subscription_id)
        return 0


async def _put_off(subscription_id: str) -> None:
    async def work() -> None:
        failing = await Subscription.filter(id=subscription_id).select_for_update().get()
        failing.step_failures += 1
        failing.leased_until = clock.utc_now() + min(timedelta(seconds=2**failing.step_failures), LONGEST_WAIT)
        await failing.save(update_fields=["step_failures", "leased_until"])

    try:
        await in_one_transaction(work)
    except Exception as error:  # noqa: BLE001  the database itself is out of reach: the claim runs out by itself
        log.warning("a subscription cannot be put off: %s", error)
