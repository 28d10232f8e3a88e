"""Who has a letter in hand: claimed just before it is sent, handed to the broker before that, held, released.

The database is the queue. A claim counts the attempt and takes a lease in one statement; the lease is renewed while the
send lasts, so that a worker that died holds nothing up for longer than one lease. The broker only brings ids to
workers: a letter that it lost is handed over again once `queued_until` is past.
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
RENEWED_EVERY = 1.0
"""Seconds between two renewals of a lease."""
QUEUED_FOR = timedelta(seconds=4)
"""How long the broker is given to bring a letter to a worker."""
MESSAGE_HOLDS = 50
"""Letters of one message."""
QUEUED_AT_MOST = 1000
"""Letters of one channel in the broker's hands at once."""

TAKEN_UP_AT_ONCE = 20
"""Letters left behind that a process looks at in one turn."""

_DUE = f"""
    {IS_WAITING} AND due_at <= $1 AND next_attempt_at <= $2
    AND (leased_until IS NULL OR leased_until <= $2)
"""
# What was held for its channel, and finds its endpoint disabled, waits for that from now on: enabling it looks for the
# reason. The lock keeps who enables or disables it at this moment from missing it.
_WAITS_FOR_ITS_ENDPOINT = f"""
    UPDATE delivery SET reason = '{ENDPOINT_DISABLED}'
    WHERE state = 'HELD' AND channel = $1 AND endpoint_id IN (
        SELECT id FROM webhookendpoint WHERE NOT is_enabled AND deleted_at IS NULL {{lock}}
    )
"""
_RELEASED = """
    UPDATE delivery SET state = 'PENDING', reason = NULL, next_attempt_at = $2
    WHERE state = 'HELD' AND channel = $1 AND NOT EXISTS (
        SELECT 1 FROM webhookendpoint WHERE webhookendpoint.id = delivery.endpoint_id AND NOT webhookendpoint.is_enabled
    )
    RETURNING id
"""
_STANDS_FOR: Mapping[str, tuple[str, str]] = {
    AddressKind.EMAIL: (NO_CHANNEL, NO_EMAIL_CHANNEL),
    AddressKind.URL: (NO_URL, NO_URL_CHANNEL),
}
_NOT_QUEUED = "(queued_until IS NULL OR queued_until <= $2)"

log = logging.getLogger(__name__)


async def claim_next() -> tuple[str, int] | None:
    """The id and attempt of the letter that is due first, leased to this worker."""
    now, real = await product_now(), clock.utc_now()
    # looked at first, since on SQLite even an update of nothing waits for the lock of those who write
    if not await rows(f"SELECT 1 FROM delivery WHERE {_DUE} LIMIT 1", [now, real]):
        return None
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    # "=", not "IN": a plan that asks the inner query once for each row would claim several, and send one
    claimed = await rows(
        f"""
        UPDATE delivery SET attempt = attempt + 1, leased_until = $3, queued_until = NULL
        WHERE id = (SELECT id FROM delivery WHERE {_DUE} ORDER BY due_at, id LIMIT 1 {skip})
        RETURNING id, attempt
        """,
        [now, real, real + LEASE],
    )
    return (claimed[0]["id"], claimed[0]["attempt"]) if claimed else None


async def claim_this(delivery_id: str) -> tuple[str, int] | None:
    """The id and attempt of a letter, leased to this worker; None where it is not due any more, or in other hands."""
    now, real = await product_now(), clock.utc_now()
    claimed = await rows(
        f"""
        UPDATE delivery SET attempt = attempt + 1, leased_until = $3, queued_until = NULL
        WHERE id = $4 AND {_DUE} RETURNING id, attempt
        """,
        [now, real, real + LEASE, delivery_id],
    )
    return (claimed[0]["id"], claimed[0]["attempt"]) if claimed else None


async def write_while_ours(delivery: Delivery, attempt: int, columns: Mapping[str, object]) -> bool:
    """Write columns of the delivery while this attempt at it stands. Returns whether it did."""
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
async def lease_kept(delivery: Delivery, attempt: int) -> AsyncIterator[bool]:
    """Renew the lease for as long as the block lasts. Gives False where another worker has taken the letter up."""

    async def renewed() -> bool:
        return await write_while_ours(delivery, attempt, {"leased_until": clock.utc_now() + LEASE})

    async def keep() -> None:
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            try:
                if not await renewed():
                    return
            except Exception as error:  # noqa: BLE001  the next turn may succeed, and the lease runs out otherwise
                log.warning("a lease cannot be renewed: %s", error)

    if not await renewed():
        yield False
        return
    keeping = asyncio.create_task(keep(), name="lease")
    try:
        yield True
    finally:
        keeping.cancel()


async def hand_over() -> Mapping[str, Sequence[str]]:
    """Letters that are due and in nobody's hands, by channel: from now on in the broker's for a few seconds."""
    now, real = await product_now(), clock.utc_now()
    waiting = await rows(f"SELECT DISTINCT channel FROM delivery WHERE {_DUE} AND {_NOT_QUEUED}", [now, real])
    handed: defaultdict[str, list[str]] = defaultdict(list)
    for channel in sorted(row["channel"] for row in waiting):
        queued = await Delivery.filter(channel=channel, state__in=WAITING, queued_until__gt=real).count()
        handed[channel] = await _queued(channel, QUEUED_AT_MOST - queued)
    return {channel: ids for channel, ids in handed.items() if ids}


async def _queued(channel: str, room: int) -> list[str]:
    if room <= 0:
        return []
    now, real = await product_now(), clock.utc_now()
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    due = f"channel = $4 AND {_DUE} AND {_NOT_QUEUED}"
    taken = await rows(
        f"""
        UPDATE delivery SET queued_until = $3
        WHERE id IN (SELECT id FROM delivery WHERE {due} ORDER BY due_at, id LIMIT {room} {skip})
        RETURNING id, due_at
        """,
        [now, real, real + QUEUED_FOR, channel],
    )
    return [row["id"] for row in sorted(taken, key=lambda row: (str(row["due_at"]), row["id"]))]


async def left_behind() -> Mapping[str, Sequence[str]]:
    """Some letters, by channel, that a worker or the broker had in hand and let go without an outcome."""
    now, real = await product_now(), clock.utc_now()
    found = await rows(
        f"""
        SELECT id, channel FROM delivery WHERE {_DUE} AND (leased_until IS NOT NULL OR queued_until <= $2)
        ORDER BY due_at, id LIMIT {TAKEN_UP_AT_ONCE}
        """,
        [now, real],
    )
    left: defaultdict[str, list[str]] = defaultdict(list)
    for row in found:
        left[row["channel"]].append(row["id"])
    return left


async def give_back(ids: Sequence[str]) -> None:
    """Letters that were handed over and not looked at are free again."""
    if ids:
        await Delivery.filter(id__in=list(ids)).update(queued_until=None)


async def release_held(runtime: Runtime) -> int:
    """Deliveries that were held for a channel that is active now go out again. Returns how many.

    Those to an endpoint that is disabled wait for it to be enabled.
    """
    count, lock = 0, "FOR SHARE" if is_postgres() else ""
    for channel in runtime.channels:
        if channel.address_kind in _STANDS_FOR:
            # those for which there was no channel of the kind at all take the name of this one
            missing, reason = _STANDS_FOR[channel.address_kind]
            await rows(
                f"""
                UPDATE delivery SET channel = $1,
                    once_key = substr(once_key, 1, length(once_key) - {len(missing)}) || $2
                WHERE state = 'HELD' AND channel = '{missing}' AND reason = $3
                """,
                [channel.name, channel.name, reason],
            )
        await rows(_WAITS_FOR_ITS_ENDPOINT.format(lock=lock), [channel.name])
        released = await rows(_RELEASED, [channel.name, clock.utc_now()])
        count += len(released)
    return count
