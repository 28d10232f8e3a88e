"""Send the deliveries that are due: claim a row, render its letter, call its channel, record the outcome (Letters).

An outcome is written only if its attempt is still the latest one, so that a worker that was delayed overwrites nothing
(see `leases`).
"""

import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from capcom_gql import clock
from capcom_gql.delivery.leases import claim, claim_next, keep_lease, write_if_current
from capcom_gql.delivery.letter_context import context_of
from capcom_gql.delivery.suppressed import EndpointDisabled, Suppressed
from capcom_gql.delivery.webhook_health import requeue
from capcom_gql.delivery.webhook_message import endpoint_message
from capcom_gql.delivery.webhook_outcomes import hold_delivery, record_outcome
from capcom_gql.domain.letters import AddressKind
from capcom_gql.languages.locales import DEFAULT
from capcom_gql.logs import about
from capcom_gql.notifiers.contract import Message
from capcom_gql.notifiers.redaction import redact
from capcom_gql.notifiers.registry import Registry
from capcom_gql.notifiers.rendering import UnrenderableLetter
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Person

RETRY_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=2),
)
"""The waits after the first attempt, the second, and so on, by the real clock; after the last wait comes the last
attempt."""
JITTER = 0.1
"""The share by which a wait is randomly longer or shorter."""
MAX_CRASHES = 3
"""The crashes of its channel after which a delivery fails."""
BATCH_SIZE = 20
"""The most deliveries of one call of `send_due`."""

log = logging.getLogger(__name__)


async def send_due(runtime: Runtime, registry: Registry, stopping: Callable[[], bool]) -> int:
    """Attempt deliveries that are due, each once and at most BATCH_SIZE, until `stopping` says so.

    Returns how many were attempted.
    """
    for count in range(BATCH_SIZE):
        claimed = None if stopping() else await claim_next()
        if claimed is None:
            return count
        await _deliver(runtime, registry, *claimed)
    return BATCH_SIZE


async def send_by_id(runtime: Runtime, registry: Registry, ids: Sequence[str], stopping: Callable[[], bool]) -> int:
    """Attempt those of some deliveries that are due and not leased, until `stopping` says so.

    Returns how many ids it went through, counting those whose delivery was not due or was leased.
    """
    for count, delivery_id in enumerate(ids):
        if stopping():
            return count
        if claimed := await claim(delivery_id):
            await _deliver(runtime, registry, *claimed)
    return len(ids)


async def _deliver(runtime: Runtime, registry: Registry, delivery_id: str, attempt: int) -> None:
    with about(delivery_id=delivery_id):
        await _attempt(runtime, registry, delivery_id, attempt)


async def _attempt(runtime: Runtime, registry: Registry, delivery_id: str, attempt: int) -> None:
    delivery = await Delivery.get(id=delivery_id)
    began, now = clock.utc_now(), await product_now()
    if attempt - delivery.uncounted > len(RETRY_WAITS) + 1:
        reason = f"given up after {attempt - 1} attempts, the last of which did not finish"
        outcome = Outcome(kind=OutcomeKind.FAILED, reason=reason)
        await _record_attempt(delivery, attempt, began, outcome, {"state": "FAILED", "reason": reason})
        return
    try:
        message = await _message(runtime, registry, delivery, attempt, now)
    except Suppressed as reason:
        await _write_result(delivery, attempt, {"state": "SUPPRESSED", "reason": str(reason)})
        return
    except EndpointDisabled:
        await hold_delivery(delivery, attempt, began)
        return
    except Exception as error:
        log.exception("a letter cannot be written", extra={"topic": delivery.topic})
        what = str(error) if isinstance(error, UnrenderableLetter) else type(error).__name__
        outcome = Outcome(kind=OutcomeKind.RETRY, reason=redact(f"the letter cannot be written: {what}"))
        await _record_attempt(delivery, attempt, began, outcome, _result(delivery, attempt, outcome, now))
        return
    async with keep_lease(delivery, attempt) as is_ours:
        if not is_ours:
            # rendering it may have taken longer than the lease
            log.warning("another worker has taken the letter over before it was sent")
            return
        outcome = await registry.send(delivery.channel, message)
    if outcome.kind is OutcomeKind.WAIT:
        await _postpone(delivery, attempt, outcome)
        return
    columns = {"subject": message.subject, **_result(delivery, attempt, outcome, now)}
    if delivery.endpoint_id is None:
        await _record_attempt(delivery, attempt, began, outcome, columns, outcome.duration_ms)
        return
    then = partial(_record_outcome, runtime, delivery.id, delivery.endpoint_id, message.address, outcome, began)
    columns["recipient"] = message.address
    await _record_attempt(delivery, attempt, began, outcome, columns, outcome.duration_ms, then)


async def _record_outcome(
    runtime: Runtime, delivery_id: str, endpoint_id: str, address: str, outcome: Outcome, began: datetime
) -> None:
    if await record_outcome(runtime, endpoint_id, address, outcome, began):
        await requeue(delivery_id)


async def _record_attempt(
    delivery: Delivery,
    attempt: int,
    began: datetime,
    outcome: Outcome,
    columns: dict[str, object],
    duration_ms: int | None = None,
    then: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Record an attempt and its result for the delivery, in one transaction. No duration if no channel was called.

    `then` runs in the same transaction, unless another worker has taken the delivery over.
    """

    async def write() -> None:
        error = outcome.reason
        if error is not None:
            current = await Delivery.filter(id=delivery.id).select_for_update().get()
            # a channel's text may hold the address of a person who was erased in the meantime (R23)
            error = None if current.state == "SUPPRESSED" else error
        await DeliveryAttempt.create(
            delivery=delivery,
            number=attempt,
            at=began,
            outcome=outcome.kind.value,
            error=error,
            duration_ms=duration_ms,
        )
        if await _write_result(delivery, attempt, columns) and then is not None:
            await then()

    await in_one_transaction(write)


async def _postpone(delivery: Delivery, attempt: int, outcome: Outcome) -> None:
    """Wait for a channel that is paused: it was not called, so the attempt's number is used again."""
    wait = timedelta(seconds=(outcome.retry_after or 0) * random.uniform(1, 1 + JITTER))
    columns: dict[str, object] = {"attempt": attempt - 1, "reason": outcome.reason}
    await _write_result(delivery, attempt, {**columns, "next_attempt_at": clock.utc_now() + wait})


async def _message(runtime: Runtime, registry: Registry, delivery: Delivery, attempt: int, now: datetime) -> Message:
    if delivery.endpoint_id is not None:
        return await endpoint_message(delivery, attempt, now)
    person = None if delivery.person_id is None else await Person.get(id=delivery.person_id)
    locale = DEFAULT if person is None else person.locale
    context = await context_of(runtime, delivery, person, runtime.policy.day_of(now))
    letter = registry.render(delivery.topic, locale, context, with_html=registry.wants_html(delivery.channel))
    by_phone = any(each.address_kind == AddressKind.PHONE for each in runtime.channels if each.name == delivery.channel)
    if by_phone and letter.short is None:
        raise Suppressed("this letter has no short text for channels of kind phone")
    text = letter.short if by_phone and letter.short is not None else letter.text
    # raises for what the row cannot store: the letter would be sent again and again
    f"{letter.subject}{text}".encode()
    return Message(
        id=delivery.id,
        topic=delivery.topic,
        address=delivery.recipient,
        locale=locale,
        subject=letter.subject,
        text=text,
        html=None if by_phone else letter.html,
        unsubscribe_url=context.get("unsubscribe_url"),
        sent_at=now,
        attempt=attempt,
    )


def _result(delivery: Delivery, attempt: int, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The columns of the delivery that follow from an outcome; `now` is the product's clock."""
    if outcome.kind is OutcomeKind.SENT:
        return {"state": "SENT", "reason": None, "sent_at": now, "provider_id": outcome.provider_id}
    if outcome.kind is OutcomeKind.HELD:
        # an attempt that waits for settings does not count in the retry schedule
        return {"state": "HELD", "reason": outcome.reason, "uncounted": delivery.uncounted + 1}
    counted = attempt - delivery.uncounted
    crashes = delivery.crashes + outcome.crashed
    if outcome.kind is OutcomeKind.FAILED or crashes >= MAX_CRASHES or counted > len(RETRY_WAITS):
        return {"state": "FAILED", "reason": outcome.reason, "crashes": crashes}
    return {
        "state": "RETRYING",
        "reason": outcome.reason,
        "crashes": crashes,
        "next_attempt_at": clock.utc_now() + _wait(counted, outcome.retry_after),
    }


def _wait(counted: int, asked: float | None) -> timedelta:
    planned = RETRY_WAITS[counted - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return planned if asked is None else max(planned, timedelta(seconds=asked))


async def _write_result(delivery: Delivery, attempt: int, columns: dict[str, object]) -> bool:
    is_ours = await write_if_current(delivery, attempt, {"leased_until": None, **columns})
    if not is_ours:
        log.warning("an outcome was not recorded: another worker has taken the delivery over")
    return is_ours
