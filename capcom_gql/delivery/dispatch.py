"""Send the letters that are due: claim a row, call its channel, write the outcome on the row (Letters, R7 to R9).

An outcome is written only while the attempt that it is about still stands, so that a worker that comes back late
overwrites nothing (see `claim_letters`).
"""

import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from capcom_gql import clock
from capcom_gql.delivery.leases import claim_next, claim_this, lease_kept, write_while_ours
from capcom_gql.delivery.letter_context import context_of
from capcom_gql.delivery.suppressed import EndpointDisabled, Suppressed
from capcom_gql.delivery.webhook_health import send_again
from capcom_gql.delivery.webhook_message import endpoint_message
from capcom_gql.delivery.webhook_outcomes import hold, record_outcome
from capcom_gql.domain.letters import AddressKind
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
AT_MOST = 20

log = logging.getLogger(__name__)


async def send_due(runtime: Runtime, registry: Registry, stopping: Callable[[], bool]) -> int:
    """Try deliveries that are due, each once and some at most, until `stopping`. Returns how many were tried."""
    for count in range(AT_MOST):
        claimed = None if stopping() else await claim_next()
        if claimed is None:
            return count
        await _deliver(runtime, registry, *claimed)
    return AT_MOST


async def send_these(runtime: Runtime, registry: Registry, ids: Sequence[str], stopping: Callable[[], bool]) -> int:
    """Try those of some deliveries that are due and in nobody's hands. Returns how many were looked at."""
    for count, delivery_id in enumerate(ids):
        if stopping():
            return count
        if claimed := await claim_this(delivery_id):
            await _deliver(runtime, registry, *claimed)
    return len(ids)


async def _deliver(runtime: Runtime, registry: Registry, delivery_id: str, attempt: int) -> None:
    with about(delivery_id=delivery_id):
        await _try(runtime, registry, delivery_id, attempt)


async def _try(runtime: Runtime, registry: Registry, delivery_id: str, attempt: int) -> None:
    delivery = await Delivery.get(id=delivery_id)
    began, now = clock.utc_now(), await product_now()
    if attempt - delivery.uncounted > len(WAITS) + 1:
        reason = f"given up after {attempt - 1} attempts, the last of which never came to an end"
        outcome = Outcome(kind=OutcomeKind.FAILED, reason=reason)
        await _note(delivery, attempt, began, outcome, {"state": "FAILED", "reason": reason})
        return
    try:
        message = await _message(runtime, registry, delivery, attempt, now)
    except Suppressed as reason:
        await _close(delivery, attempt, {"state": "SUPPRESSED", "reason": str(reason)})
        return
    except EndpointDisabled:
        await hold(delivery, attempt, began)
        return
    except Exception as error:
        log.exception("a letter cannot be written", extra={"topic": delivery.topic})
        told = str(error) if isinstance(error, UnrenderableLetter) else type(error).__name__
        outcome = Outcome(kind=OutcomeKind.RETRY, reason=redact(f"the letter cannot be written: {told}"))
        await _note(delivery, attempt, began, outcome, _result(delivery, attempt, outcome, now))
        return
    async with lease_kept(delivery, attempt) as is_ours:
        if not is_ours:
            # writing it may have waited for longer than the lease
            log.warning("a letter was taken up by another worker before it was sent")
            return
        outcome = await registry.send(delivery.channel, message)
    if outcome.kind is OutcomeKind.WAIT:
        await _put_off(delivery, attempt, outcome)
        return
    columns = {"subject": message.subject, **_result(delivery, attempt, outcome, now)}
    if delivery.endpoint_id is None:
        await _note(delivery, attempt, began, outcome, columns, outcome.duration_ms)
        return
    weighing = partial(_record_outcome, runtime, delivery.id, delivery.endpoint_id, message.address, outcome, began)
    columns["recipient"] = message.address
    await _note(delivery, attempt, began, outcome, columns, outcome.duration_ms, weighing)


async def _record_outcome(
    runtime: Runtime, delivery_id: str, endpoint_id: str, address: str, outcome: Outcome, began: datetime
) -> None:
    if await record_outcome(runtime, endpoint_id, address, outcome, began):
        await send_again(delivery_id)


async def _note(
    delivery: Delivery,
    attempt: int,
    began: datetime,
    outcome: Outcome,
    columns: dict[str, object],
    duration_ms: int | None = None,
    then: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Write an attempt down with what it makes of the letter; without a duration where no channel was called.

    `then` is written with it, unless it came too late: then others have it in hand, and say what it means.
    """

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
            duration_ms=duration_ms,
        )
        if await _close(delivery, attempt, columns) and then is not None:
            await then()

    await in_one_transaction(write)


async def _put_off(delivery: Delivery, attempt: int, outcome: Outcome) -> None:
    """Nothing was tried, since the channel takes nothing for a while: the attempt's number is given back."""
    wait = timedelta(seconds=(outcome.retry_after or 0) * random.uniform(1, 1 + JITTER))
    columns: dict[str, object] = {"attempt": attempt - 1, "reason": outcome.reason}
    await _close(delivery, attempt, {**columns, "next_attempt_at": clock.utc_now() + wait})


async def _message(runtime: Runtime, registry: Registry, delivery: Delivery, attempt: int, now: datetime) -> Message:
    if delivery.endpoint_id is not None:
        return await endpoint_message(delivery, attempt, now)
    person = None if delivery.person_id is None else await Person.get(id=delivery.person_id)
    locale = "fr" if person is None else person.locale
    context = await context_of(runtime, delivery, person, runtime.policy.day_of(now))
    letter = registry.render(delivery.topic, locale, context, with_html=registry.wants_html(delivery.channel))
    by_phone = any(each.address_kind == AddressKind.PHONE for each in runtime.channels if each.name == delivery.channel)
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
        unsubscribe_url=context.get("unsubscribe_url"),
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


async def _close(delivery: Delivery, attempt: int, columns: dict[str, object]) -> bool:
    is_ours = await write_while_ours(delivery, attempt, {"leased_until": None, **columns})
    if not is_ours:
        log.warning("an outcome came too late to be written")
    return is_ours
