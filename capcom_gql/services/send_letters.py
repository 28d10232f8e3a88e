"""Send the letters that are due: claim rows, call each one's channel, write the outcome on the row.

The database is the queue. A claim counts the attempt and takes a lease in one statement; an outcome is written only
while that attempt still stands, so that a worker that comes back late overwrites nothing.
"""

import logging
import random
from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.notifiers.contract import Message
from capcom_gql.notifiers.registry import Registry
from capcom_gql.notifiers.rendering import UnrenderableLetter
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.services.letter_context import Suppressed, context_of
from capcom_gql.services.setup import Setup
from capcom_gql.storage.database import is_postgres, rows
from capcom_gql.storage.models import Person
from capcom_gql.storage.post import Delivery, DeliveryAttempt
from capcom_gql.storage.product_clock import product_now

# Waits after the first attempt, the second, ...; the attempt after the last wait is the last.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=2),
)
JITTER = 0.1
MOST_CRASHES = 3
LEASE = timedelta(seconds=60)
CHUNK = 20

log = logging.getLogger(__name__)


async def send_due(setup: Setup, registry: Registry) -> int:
    """Try every delivery that is due once. Returns how many were tried."""
    count = 0
    while claimed := await _claim():
        for delivery_id, attempt in claimed:
            await _deliver(setup, registry, delivery_id, attempt)
        count += len(claimed)
    return count


async def release_held(setup: Setup, now: datetime) -> int:
    """Deliveries held for a channel that is active now go out again. Returns how many."""
    names = [channel.name for channel in setup.channels]
    return await Delivery.filter(state="HELD", channel__in=names).update(
        state="PENDING", reason=None, next_attempt_at=now
    )


async def _claim() -> list[tuple[str, int]]:
    real = clock.utc_now()
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    # ordered again outside: RETURNING promises no order, and letters go in the order of their days
    claimed = await rows(
        f"""
        UPDATE delivery SET attempt = attempt + 1, leased_until = $3 WHERE id IN (
            SELECT id FROM delivery WHERE state IN ('PENDING', 'RETRYING') AND due_at <= $1 AND next_attempt_at <= $2
            AND (leased_until IS NULL OR leased_until <= $2) ORDER BY due_at, id LIMIT {CHUNK} {skip}
        ) RETURNING id, attempt, due_at
        """,
        [await product_now(), real, real + LEASE],
    )
    return [(row["id"], row["attempt"]) for row in sorted(claimed, key=lambda row: (row["due_at"], row["id"]))]


async def _deliver(setup: Setup, registry: Registry, delivery_id: str, attempt: int) -> None:
    delivery = await Delivery.get(id=delivery_id)
    began = clock.utc_now()
    now = await product_now()
    try:
        message = await _message(setup, registry, delivery, attempt, now)
    except Suppressed as reason:
        await _close(delivery, attempt, {"state": "SUPPRESSED", "reason": str(reason)})
        return
    except UnrenderableLetter as error:
        log.error("a letter cannot be written", extra={"delivery_id": delivery.id, "topic": delivery.topic})
        await _close(delivery, attempt, {"state": "FAILED", "reason": str(error)})
        return
    outcome = await registry.send(delivery.channel, message)
    await DeliveryAttempt.create(
        delivery=delivery,
        number=attempt,
        at=began,
        outcome=outcome.kind.value,
        error=outcome.reason,
        duration_ms=outcome.duration_ms,
    )
    await _close(delivery, attempt, {"subject": message.subject, **_result(delivery, attempt, outcome, now)})


async def _message(setup: Setup, registry: Registry, delivery: Delivery, attempt: int, now: datetime) -> Message:
    person = None if delivery.person_id is None else await Person.get(id=delivery.person_id)
    locale = "fr" if person is None else person.locale
    letter = registry.render(delivery.topic, locale, await context_of(setup, delivery))
    return Message(
        id=delivery.id,
        topic=delivery.topic,
        address=delivery.recipient,
        locale=locale,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        sent_at=now,
        attempt=attempt,
    )


def _result(delivery: Delivery, attempt: int, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The outcome as the row's columns."""
    if outcome.kind is OutcomeKind.SENT:
        return {"state": "SENT", "reason": None, "sent_at": now, "provider_id": outcome.provider_id}
    crashes = delivery.crashes + outcome.crashed
    if outcome.kind is not OutcomeKind.RETRY:
        return {"state": outcome.kind.value, "reason": outcome.reason}
    if crashes >= MOST_CRASHES or attempt > len(WAITS):
        return {"state": "FAILED", "reason": outcome.reason, "crashes": crashes}
    return {
        "state": "RETRYING",
        "reason": outcome.reason,
        "crashes": crashes,
        "next_attempt_at": clock.utc_now() + _wait(attempt, outcome.retry_after),
    }


def _wait(attempt: int, asked: float | None) -> timedelta:
    planned = WAITS[attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return planned if asked is None else max(planned, timedelta(seconds=asked))


async def _close(delivery: Delivery, attempt: int, columns: dict[str, object]) -> None:
    stands = Delivery.filter(id=delivery.id, attempt=attempt, state__in=("PENDING", "RETRYING"))
    if not await stands.update(leased_until=None, **columns):
        log.warning("an outcome came too late to be written", extra={"delivery_id": delivery.id})
