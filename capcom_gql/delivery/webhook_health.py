"""What becomes of a webhook endpoint, and of what waits for it, when it fails, is disabled or is enabled again."""

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

DELETED = "the endpoint was deleted"

# Its schedule of attempts begins anew; the numbers of those made stay, since they fence off whoever comes back late.
_AGAIN = "state = 'PENDING', reason = NULL, next_attempt_at = $2, uncounted = attempt, crashes = 0, queued_until = NULL"

_RELEASED = f"""
    UPDATE delivery SET {_AGAIN}
    WHERE endpoint_id = $1 AND (
        (state = 'HELD' AND reason = '{ENDPOINT_DISABLED}')
        OR (state = 'RETRYING' AND (leased_until IS NULL OR leased_until <= $2))
        OR (state = 'FAILED' AND EXISTS (
            SELECT 1 FROM deliveryattempt WHERE deliveryattempt.delivery_id = delivery.id AND deliveryattempt.at >= $3
        ))
    )
"""


async def locked(endpoint_id: str) -> WebhookEndpoint | None:
    """An endpoint that is not deleted, its row locked until the transaction ends.

    Deeds that write down events for it meanwhile are not kept waiting, but for those that find it disabled.
    """
    return await WebhookEndpoint.filter(id=endpoint_id, deleted_at=None).select_for_update(no_key=True).first()


async def check_health(runtime: Runtime, endpoint_id: str) -> bool:
    """Warn staff of an endpoint, or disable it, where its failing calls for it. Returns whether it did.

    In a transaction. Of two at once the second finds nothing left to do.
    """
    suspect = await WebhookEndpoint.get(id=endpoint_id)
    if health_action(suspect.health(), clock.utc_now()) is HealthAction.NOTHING:
        return False
    endpoint = await locked(endpoint_id)
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
    """Disable a locked endpoint that is enabled, and hold what waits for it.

    Since when it was failing stays on record: what has failed since then is sent again one day. Staff are told by mail,
    unless it is they who do it.
    """
    endpoint.is_enabled, endpoint.disabled_reason = False, reason.value
    await endpoint.save(update_fields=["is_enabled", "disabled_reason"])
    await (
        _in_nobodys_hands(endpoint)
        .filter(state__in=WAITING)
        .update(state=DeliveryState.HELD.value, reason=ENDPOINT_DISABLED)
    )
    await _record(runtime, endpoint, Kind.ENDPOINT_DISABLED, {"reason": reason.value}, actor)


async def reenable(endpoint: WebhookEndpoint) -> None:
    """Enable a locked endpoint, and send again what was held for it, or has failed since it was failing."""
    since = endpoint.failing_since
    columns = {"is_enabled": True, "disabled_reason": None, "failing_since": None, "warned_at": None}
    await endpoint.update_from_dict(columns).save(update_fields=list(columns))
    now = clock.utc_now()
    await rows(_RELEASED, [endpoint.id, now, now if since is None else since])


async def send_again(delivery_id: str) -> None:
    """Send one again, though it was given up just now: whoever mended its endpoint meanwhile has not found it."""
    await rows(f"UPDATE delivery SET {_AGAIN} WHERE id = $1", [delivery_id, clock.utc_now()])


async def give_up(endpoint: WebhookEndpoint) -> None:
    """Of an endpoint that is deleted nothing is sent any more, whatever it was waiting for."""
    await (
        _in_nobodys_hands(endpoint)
        .filter(state__in=UNSENT)
        .update(state=DeliveryState.SUPPRESSED.value, reason=DELETED)
    )


def _in_nobodys_hands(endpoint: WebhookEndpoint) -> QuerySet[Delivery]:
    """What goes to an endpoint, but for what is being sent: of that the outcome is written as it comes."""
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

"""What is due for longer was not tried because no worker was there: that is not the endpoint's failing."""

# What is held for its channel is not tried either for a reason of ours.
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
    """Warn staff of those that fail, and disable those that have failed for too long. Returns how many."""
    real = clock.utc_now()
    instants = (real - WARN_AFTER, real - DISABLE_AFTER, real - WARNING_PERIOD, await product_now(), real - OVERDUE)
    suspects = await rows(_SUSPECTS, instants)
    return sum([await in_one_transaction(partial(check_health, runtime, row["id"])) for row in suspects])
