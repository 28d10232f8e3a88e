"""Send the letters that are due: claim a row, call its channel, write the outcome on the row (Letters, R7 to R9).

The database is the queue. A claim counts the attempt and takes a lease in one statement, just before the call; an
outcome is written only while that attempt still stands, so that a worker that comes back late overwrites nothing.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.domain.letters import AddressKind
from capcom_gql.notifiers.contract import Message
from capcom_gql.notifiers.faults import one_line
from capcom_gql.notifiers.registry import Registry
from capcom_gql.notifiers.rendering import UnrenderableLetter
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.services.letter_context import context_of
from capcom_gql.services.setup import Setup
from capcom_gql.services.suppressed import Suppressed
from capcom_gql.storage.database import in_one_transaction, is_postgres, rows
from capcom_gql.storage.journal import NO_CHANNEL, NO_EMAIL_CHANNEL
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
LEASE_MARGIN = timedelta(seconds=5)
AT_MOST = 20

log = logging.getLogger(__name__)


async def send_due(setup: Setup, registry: Registry, stopping: Callable[[], bool]) -> int:
    """Try deliveries that are due, each once and some at most, until `stopping`. Returns how many were tried."""
    for count in range(AT_MOST):
        claimed = None if stopping() else await _claim(setup)
        if claimed is None:
            return count
        await _deliver(setup, registry, *claimed)
    return AT_MOST


async def release_held(setup: Setup) -> int:
    """Deliveries that were held for a channel that is active now go out again. Returns how many."""
    count = 0
    for channel in setup.channels:
        if channel.address_kind == AddressKind.EMAIL:
            # those for which there was no channel of the kind at all take the name of this one
            await rows(
                f"""
                UPDATE delivery SET channel = $1,
                    once_key = substr(once_key, 1, length(once_key) - {len(NO_CHANNEL)}) || $2
                WHERE state = 'HELD' AND channel = '{NO_CHANNEL}' AND reason = $3
                """,
                [channel.name, channel.name, NO_EMAIL_CHANNEL],
            )
        held = Delivery.filter(state="HELD", channel=channel.name)
        count += await held.update(state="PENDING", reason=None, next_attempt_at=clock.utc_now())
    return count


async def _claim(setup: Setup) -> tuple[str, int] | None:
    """The id and attempt of the delivery that is due first, leased to this worker for the time of one send."""
    now, real = await product_now(), clock.utc_now()
    due = """
        state IN ('PENDING', 'RETRYING') AND due_at <= $1 AND next_attempt_at <= $2
        AND (leased_until IS NULL OR leased_until <= $2)
    """
    # looked at first, since on SQLite even an update of nothing waits for the lock of those who write
    if not await rows(f"SELECT 1 FROM delivery WHERE {due} LIMIT 1", [now, real]):
        return None
    skip = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    # "=", not "IN": a plan that asks the inner query once for each row would claim several, and send one
    claimed = await rows(
        f"""
        UPDATE delivery SET attempt = attempt + 1, leased_until = $3
        WHERE id = (SELECT id FROM delivery WHERE {due} ORDER BY due_at, id LIMIT 1 {skip})
        RETURNING id, attempt
        """,
        [now, real, real + _lease(setup)],
    )
    return (claimed[0]["id"], claimed[0]["attempt"]) if claimed else None


def _lease(setup: Setup) -> timedelta:
    return timedelta(seconds=setup.send_timeout) + LEASE_MARGIN


async def _write(delivery: Delivery, attempt: int, columns: dict[str, object]) -> bool:
    """Write columns of the delivery while this attempt at it stands. Returns whether it did."""
    changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=3))
    written = await rows(
        f"""
        UPDATE delivery SET {changes} WHERE id = $1 AND attempt = $2 AND state IN ('PENDING', 'RETRYING')
        RETURNING id
        """,
        [delivery.id, attempt, *columns.values()],
    )
    return bool(written)


async def _deliver(setup: Setup, registry: Registry, delivery_id: str, attempt: int) -> None:
    delivery = await Delivery.get(id=delivery_id)
    began, now = clock.utc_now(), await product_now()
    if attempt - delivery.uncounted > len(WAITS) + 1:
        reason = f"given up after {attempt - 1} attempts, the last of which never came to an end"
        await _close(delivery, attempt, {"state": "FAILED", "reason": reason})
        return
    try:
        message = await _message(setup, registry, delivery, attempt, now)
    except Suppressed as reason:
        await _close(delivery, attempt, {"state": "SUPPRESSED", "reason": str(reason)})
        return
    except Exception as error:
        log.exception("a letter cannot be written", extra={"delivery_id": delivery.id, "topic": delivery.topic})
        told = str(error) if isinstance(error, UnrenderableLetter) else type(error).__name__
        outcome = Outcome(kind=OutcomeKind.RETRY, reason=one_line(f"the letter cannot be written: {told}"))
        await _close(delivery, attempt, _result(delivery, attempt, outcome, now))
        return
    # the lease covers the send from here on, since writing the letter may have waited; unless it was over already
    if not await _write(delivery, attempt, {"leased_until": clock.utc_now() + _lease(setup)}):
        log.warning("a letter was taken up by another worker before it was sent", extra={"delivery_id": delivery.id})
        return
    outcome = await registry.send(delivery.channel, message)

    async def write() -> None:
        error = outcome.reason
        if error is not None:
            kept = await Delivery.filter(id=delivery.id).select_for_update().get()
            # what a channel says may hold the address of somebody who was erased meanwhile
            error = None if kept.state == "SUPPRESSED" else error
        await DeliveryAttempt.create(
            delivery=delivery,
            number=attempt,
            at=began,
            outcome=outcome.kind.value,
            error=error,
            duration_ms=outcome.duration_ms,
        )
        await _close(delivery, attempt, {"subject": message.subject, **_result(delivery, attempt, outcome, now)})

    await in_one_transaction(write)


async def _message(setup: Setup, registry: Registry, delivery: Delivery, attempt: int, now: datetime) -> Message:
    person = None if delivery.person_id is None else await Person.get(id=delivery.person_id)
    locale = "fr" if person is None else person.locale
    context = await context_of(setup, delivery, person, setup.policy.day_of(now))
    letter = registry.render(delivery.topic, locale, context, with_html=registry.wants_html(delivery.channel))
    by_phone = any(each.address_kind == AddressKind.PHONE for each in setup.channels if each.name == delivery.channel)
    if by_phone and letter.short is None:
        raise Suppressed("there is no short text of this letter")
    text = letter.short if by_phone and letter.short is not None else letter.text
    # a subject that the row cannot keep would be sent again and again
    f"{letter.subject}{text}".encode()
    return Message(
        id=delivery.id,
        topic=delivery.topic,
        address=delivery.recipient,
        locale=locale,
        subject=letter.subject,
        text=text,
        html=None if by_phone else letter.html,
        sent_at=now,
        attempt=attempt,
    )


def _result(delivery: Delivery, attempt: int, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The outcome as the row's columns."""
    if outcome.kind is OutcomeKind.SENT:
        return {"state": "SENT", "reason": None, "sent_at": now, "provider_id": outcome.provider_id}
    if outcome.kind is OutcomeKind.HELD:
        # waiting for settings is nobody's failure: it leaves the schedule of attempts as it was
        return {"state": "HELD", "reason": outcome.reason, "uncounted": delivery.uncounted + 1}
    counted = attempt - delivery.uncounted
    crashes = delivery.crashes + outcome.crashed
    if outcome.kind is OutcomeKind.FAILED or crashes >= MOST_CRASHES or counted > len(WAITS):
        return {"state": "FAILED", "reason": outcome.reason, "crashes": crashes}
    return {
        "state": "RETRYING",
        "reason": outcome.reason,
        "crashes": crashes,
        "next_attempt_at": clock.utc_now() + _wait(counted, outcome.retry_after),
    }


def _wait(counted: int, asked: float | None) -> timedelta:
    planned = WAITS[counted - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return planned if asked is None else max(planned, timedelta(seconds=asked))


async def _close(delivery: Delivery, attempt: int, columns: dict[str, object]) -> None:
    if not await _write(delivery, attempt, {"leased_until": None, **columns}):
        log.warning("an outcome came too late to be written", extra={"delivery_id": delivery.id})
