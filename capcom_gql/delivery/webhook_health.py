"""Warn of, disable, re-enable and delete webhook endpoints, with the deliveries that wait for them (Events).

The time for which an endpoint has failed is by the real clock.
"""

from datetime import timedelta
from functools import partial

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from capcom_gql import clock
from capcom_gql.domain.endpoints import (
    DISABLE_AFTER,
    WARN_AFTER,
    WARNING_PERIOD,
    DisabledReason,
    HealthAction,
    health_action,
)
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.letters import UNSENT, WAITING, DeliveryState, Topic
from capcom_gql.domain.rights import SYSTEM, Actor
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction, rows
from capcom_gql.storage.event_log import ENDPOINT_DISABLED, NewDelivery, NewEvent, record, to_support
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, WebhookEndpoint
from capcom_gql.storage.tables.deliveries import IS_WAITING

ENDPOINT_DELETED = "the endpoint was deleted"
"""The reason of deliveries that are not sent because their endpoint was deleted."""

# The retry schedule begins anew; the attempts keep their numbers, which fence off a worker that was delayed.
_AGAIN = "state = 'PENDING', reason = NULL, next_attempt_at = $2, uncounted = attempt, crashes = 0, queued_until = NULL"

_RELEASE = f"""
    UPDATE delivery SET {_AGAIN}
    WHERE endpoint_id = $1 AND (
        (state = 'HELD' AND reason = '{ENDPOINT_DISABLED}')
        OR (state = 'RETRYING' AND (leased_until IS NULL OR leased_until <= $2))
        OR (state = 'FAILED' AND EXISTS (
            SELECT 1 FROM deliveryattempt WHERE deliveryattempt.delivery_id = delivery.id AND deliveryattempt.at >= $3
        ))
    )
"""


async def lock_endpoint(endpoint_id: str) -> WebhookEndpoint | None:
    """The endpoint, its row locked until the transaction ends; None if it is deleted or does not exist.

    Commands that record events for it do not wait for the lock, except those that find it disabled.
    """
    return await WebhookEndpoint.filter(id=endpoint_id, deleted_at=None).select_for_update(no_key=True).first()


async def check_health(runtime: Runtime, endpoint_id: str) -> bool:
    """Warn staff of an endpoint, or disable it, as `health_action` says now. Returns whether it did either.

    Call it in a transaction. Idempotent: of two concurrent calls the second one does nothing. Raises DoesNotExist for
    the id of no endpoint.
    """
    suspect = await WebhookEndpoint.get(id=endpoint_id)
    if health_action(suspect.health(), clock.utc_now()) is HealthAction.NOTHING:
        return False
    endpoint = await lock_endpoint(endpoint_id)
    finding = HealthAction.NOTHING if endpoint is None else health_action(endpoint.health(), clock.utc_now())
    if endpoint is None or finding is HealthAction.NOTHING:
        return False
    if finding is HealthAction.DISABLE:
        await disable(runtime, endpoint, DisabledReason.FAILING, SYSTEM)
    else:
        await endpoint.update_from_dict({"warned_at": clock.utc_now()}).save(update_fields=["warned_at"])
        await _record(runtime, endpoint, Kind.ENDPOINT_FAILING, {}, SYSTEM)
    return True


async def disable(runtime: Runtime, endpoint: WebhookEndpoint, reason: DisabledReason, actor: Actor) -> None:
    """Disable a locked endpoint that is enabled, and hold the deliveries that wait for it, but for those being sent.

    `failing_since` is kept, so that `reenable` can send what has failed since then. Staff get a letter only where the
    actor is the system.
    """
    endpoint.is_enabled, endpoint.disabled_reason = False, reason.value
    await endpoint.save(update_fields=["is_enabled", "disabled_reason"])
    await (
        _not_leased(endpoint).filter(state__in=WAITING).update(state=DeliveryState.HELD.value, reason=ENDPOINT_DISABLED)
    )
    await _record(runtime, endpoint, Kind.ENDPOINT_DISABLED, {"reason": reason.value}, actor)


async def reenable(endpoint: WebhookEndpoint) -> None:
    """Enable a locked endpoint, and send at once what was held for it and what has failed since `failing_since`."""
    since = endpoint.failing_since
    columns = {"is_enabled": True, "disabled_reason": None, "failing_since": None, "warned_at": None}
    await endpoint.update_from_dict(columns).save(update_fields=list(columns))
    now = clock.utc_now()
    await rows(_RELEASE, [endpoint.id, now, now if since is None else since])


async def requeue(delivery_id: str) -> None:
    """Make a delivery PENDING, whatever its state: it is attempted at once (real clock), with a new retry schedule."""
    await rows(f"UPDATE delivery SET {_AGAIN} WHERE id = $1", [delivery_id, clock.utc_now()])


async def suppress_waiting(endpoint: WebhookEndpoint) -> None:
    """Suppress all deliveries that wait for an endpoint, because it is deleted."""
    await (
        _not_leased(endpoint)
        .filter(state__in=UNSENT)
        .update(state=DeliveryState.SUPPRESSED.value, reason=ENDPOINT_DELETED)
    )


def _not_leased(endpoint: WebhookEndpoint) -> QuerySet[Delivery]:
    """The deliveries to an endpoint except those being sent, whose outcome is recorded as it comes."""
    free = Q(leased_until=None) | Q(leased_until__lte=clock.utc_now())
    return Delivery.filter(free, endpoint_id=endpoint.id)


async def _record(
    runtime: Runtime, endpoint: WebhookEndpoint, kind: Kind, details: dict[str, Detail], actor: Actor
) -> None:
    now = await product_now()
    notice = NewDelivery(Topic.STAFF_NOTICE, to_support(runtime.support_email), now, about={"endpoint_id": endpoint.id})
    entry = NewEvent(
        kind,
        {"endpoint_id": endpoint.id, **details},
        organisation_id=endpoint.organisation_id,
        subject_id=endpoint.id,
        deliveries=[notice] if actor.is_system else [],
    )
    await record(entry, actor=actor, now=now, channels=runtime.channels)


OVERDUE = timedelta(minutes=1)
"""A delivery that has been due for longer was not attempted because no worker ran, which is not the endpoint's failure.
Its endpoint is neither warned of nor disabled meanwhile."""

# Nor is an endpoint judged while deliveries to it are held for their channel, which is not its failure either.
_SUSPECTS = f"""
    SELECT id FROM webhookendpoint
    WHERE failing_since <= $1 AND is_enabled AND deleted_at IS NULL
    AND (warned_at IS NULL OR (failing_since <= $2 AND warned_at <= $3))
    AND NOT EXISTS (
        SELECT 1 FROM delivery
        WHERE delivery.endpoint_id = webhookendpoint.id AND (
            (
                delivery.{IS_WAITING}
                AND delivery.due_at <= $4 AND delivery.next_attempt_at <= $5
            )
            OR (delivery.state = 'HELD' AND (delivery.reason IS NULL OR delivery.reason <> '{ENDPOINT_DISABLED}'))
        )
    )
"""


async def sweep_endpoints(runtime: Runtime) -> int:
    """Apply `check_health` to the endpoints that are to be warned of or disabled. Returns how many were.

    Left out are those with a delivery that is due for longer than OVERDUE, or that is held for its channel: no endpoint
    is judged by a failure of the workers or of a channel.
    """
    real = clock.utc_now()
    instants = (real - WARN_AFTER, real - DISABLE_AFTER, real - WARNING_PERIOD, await product_now(), real - OVERDUE)
    suspects = await rows(_SUSPECTS, instants)
    return sum([await in_one_transaction(partial(check_health, runtime, row["id"])) for row in suspects])
