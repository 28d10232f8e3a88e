"""Which worker may send a delivery: claims with leases, queueing through the broker, and release of what was held.

The database is the queue. A claim increments the number of the attempt and takes a lease in one statement; the lease is
renewed while the send lasts, so a worker that dies delays its deliveries by one lease at most. The broker only carries
ids to workers: a delivery that it loses is queued again once `queued_until` has passed. All of these instants are of
the real clock.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

from capcom_gql import clock
from capcom_gql.domain.letters import WAITING, AddressKind
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.event_log import ENDPOINT_DISABLED, NO_CHANNEL, NO_EMAIL_CHANNEL, NO_URL, NO_URL_CHANNEL
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery
from capcom_gql.storage.tables.deliveries import IS_WAITING

LEASE = timedelta(seconds=4)
"""How long a claim lasts unless it is renewed."""
RENEWAL_INTERVAL = 1.0
"""Seconds between two renewals of a lease."""
QUEUED_FOR = timedelta(seconds=4)
"""How long the broker has to carry a delivery to a worker before it is queued again."""
LETTERS_PER_MESSAGE = 50
"""The most deliveries of one message to the broker."""
MAX_QUEUED = 1000
"""The most deliveries of one channel that are queued at the broker at a time."""
MAX_ABANDONED = 20
"""The most abandoned deliveries that one call of `find_abandoned` returns."""

_DUE = f"""
    {IS_WAITING} AND due_at <= $1 AND next_attempt_at <= $2
    AND (leased_until IS NULL OR leased_until <= $2)
"""
# A delivery that was held for its channel, and whose endpoint is disabled, is from now on held for its endpoint: by
# this reason `webhook_health.reenable` finds it. The lock keeps a concurrent enabling or disabling from missing it.
_HOLD_FOR_ENDPOINT = f"""
    UPDATE delivery SET reason = '{ENDPOINT_DISABLED}'
    WHERE state = 'HELD' AND channel = $1 AND endpoint_id IN (
        SELECT id FROM webhookendpoint WHERE NOT is_enabled AND deleted_at IS NULL {{lock}}
    )
"""
_RELEASE = """
    UPDATE delivery SET state = 'PENDING', reason = NULL, next_attempt_at = $2
    WHERE state = 'HELD' AND channel = $1 AND NOT EXISTS (
        SELECT 1 FROM webhookendpoint WHERE webhookendpoint.id = delivery.endpoint_id AND NOT webhookendpoint.is_enabled
    )
    RETURNING id
"""
_PLACEHOLDERS: Mapping[str, tuple[str, str]] = {
    AddressKind.EMAIL: (NO_CHANNEL, NO_EMAIL_CHANNEL),
    AddressKind.URL: (NO_URL, NO_URL_CHANNEL),
}
_NOT_QUEUED = "(queued_until IS NULL OR queued_until <= $2)"

log = logging.getLogger(__name__)


async def claim_next() -> tuple[str, int] | None:
    """Lease to this worker the earliest due delivery that nobody leases: its id and the attempt's number.

    None where there is no such delivery.
    """
    now, real = await product_now(), clock.utc_now()
    # asked first, since on SQLite even an update of no row waits for the lock of other writers
    if not await rows(f"SELECT 1 FROM delivery WHERE {_DUE} LIMIT 1", [now, real]):
        return None
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    # "=", not "IN": a plan that runs the inner query once for each row would claim several rows, and send one
    claimed = await rows(
        f"""
        UPDATE delivery SET attempt = attempt + 1, leased_until = $3, queued_until = NULL
        WHERE id = (SELECT id FROM delivery WHERE {_DUE} ORDER BY due_at, id LIMIT 1 {skip})
        RETURNING id, attempt
        """,
        [now, real, real + LEASE],
    )
    return (claimed[0]["id"], claimed[0]["attempt"]) if claimed else None


async def claim(delivery_id: str) -> tuple[str, int] | None:
    """Lease a delivery to this worker: its id and the attempt's number; None if it is not due, or is leased."""
    now, real = await product_now(), clock.utc_now()
    claimed = await rows(
        f"""
        UPDATE delivery SET attempt = attempt + 1, leased_until = $3, queued_until = NULL
        WHERE id = $4 AND {_DUE} RETURNING id, attempt
        """,
        [now, real, real + LEASE, delivery_id],
    )
    return (claimed[0]["id"], claimed[0]["attempt"]) if claimed else None


async def write_if_current(delivery: Delivery, attempt: int, columns: Mapping[str, object]) -> bool:
    """Write columns of a waiting delivery if `attempt` is still its latest attempt. Returns whether it was."""
    changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=3))
    written = await rows(
        f"""
        UPDATE delivery SET {changes} WHERE id = $1 AND attempt = $2 AND {IS_WAITING}
        RETURNING id
        """,
        [delivery.id, attempt, *columns.values()],
    )
    return bool(written)


@contextlib.asynccontextmanager
async def keep_lease(delivery: Delivery, attempt: int) -> AsyncIterator[bool]:
    """Renew the lease of an attempt for as long as the block lasts.

    Gives False if another worker has taken the delivery over: then it must not be sent.
    """

    async def renewed() -> bool:
        return await write_if_current(delivery, attempt, {"leased_until": clock.utc_now() + LEASE})

    async def keep() -> None:
        while True:
            await asyncio.sleep(RENEWAL_INTERVAL)
            try:
                if not await renewed():
                    return
            except Exception as error:  # noqa: BLE001  the next renewal may succeed; else the lease ends
                log.warning("a lease cannot be renewed: %s", error)

    if not await renewed():
        yield False
        return
    keeping = asyncio.create_task(keep(), name="lease")
    try:
        yield True
    finally:
        keeping.cancel()


async def queue_due() -> Mapping[str, Sequence[str]]:
    """Mark deliveries that are due as queued at the broker, for QUEUED_FOR. Returns their ids by channel.

    Those that are leased or queued already are left out.
    """
    now, real = await product_now(), clock.utc_now()
    waiting = await rows(f"SELECT DISTINCT channel FROM delivery WHERE {_DUE} AND {_NOT_QUEUED}", [now, real])
    ids_of: defaultdict[str, list[str]] = defaultdict(list)
    for channel in sorted(row["channel"] for row in waiting):
        queued = await Delivery.filter(channel=channel, state__in=WAITING, queued_until__gt=real).count()
        ids_of[channel] = await _queue(channel, MAX_QUEUED - queued)
    return {channel: ids for channel, ids in ids_of.items() if ids}


async def _queue(channel: str, limit: int) -> list[str]:
    if limit <= 0:
        return []
    now, real = await product_now(), clock.utc_now()
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    due = f"channel = $4 AND {_DUE} AND {_NOT_QUEUED}"
    queued = await rows(
        f"""
        UPDATE delivery SET queued_until = $3
        WHERE id IN (SELECT id FROM delivery WHERE {due} ORDER BY due_at, id LIMIT {limit} {skip})
        RETURNING id, due_at
        """,
        [now, real, real + QUEUED_FOR, channel],
    )
    return [row["id"] for row in sorted(queued, key=lambda row: (str(row["due_at"]), row["id"]))]


async def find_abandoned() -> Mapping[str, Sequence[str]]:
    """The ids by channel of deliveries that a worker or the broker lost: due, with a lease or a queueing that has
    ended.

    At most MAX_ABANDONED, those due first.
    """
    now, real = await product_now(), clock.utc_now()
    found = await rows(
        f"""
        SELECT id, channel FROM delivery WHERE {_DUE} AND (leased_until IS NOT NULL OR queued_until <= $2)
        ORDER BY due_at, id LIMIT {MAX_ABANDONED}
        """,
        [now, real],
    )
    ids_of: defaultdict[str, list[str]] = defaultdict(list)
    for row in found:
        ids_of[row["channel"]].append(row["id"])
    return ids_of


async def unqueue(ids: Sequence[str]) -> None:
    """Mark deliveries as no longer queued, so that they can be queued again at once."""
    if ids:
        await Delivery.filter(id__in=list(ids)).update(queued_until=None)


async def release_held(runtime: Runtime) -> int:
    """Release deliveries that were held for a channel that is active now: they are due at once. Returns how many.

    Those to an endpoint that is disabled stay held until it is enabled.
    """
    count, lock = 0, "FOR SHARE" if is_postgres() else ""
    for channel in runtime.channels:
        if channel.address_kind in _PLACEHOLDERS:
            # deliveries written when no channel of the kind was active get this one's name
            missing, reason = _PLACEHOLDERS[channel.address_kind]
            await rows(
                f"""
                UPDATE delivery SET channel = $1,
                    once_key = substr(once_key, 1, length(once_key) - {len(missing)}) || $2
                WHERE state = 'HELD' AND channel = '{missing}' AND reason = $3
                """,
                [channel.name, channel.name, reason],
            )
        await rows(_HOLD_FOR_ENDPOINT.format(lock=lock), [channel.name])
        released = await rows(_RELEASE, [channel.name, clock.utc_now()])
        count += len(released)
    return count
