"""What the outcome of a delivery means for its webhook endpoint.

A success resets it, a failure counts, and an address that is gone or invalid (`Outcome.gone`) disables it.
"""

from datetime import datetime

from tortoise.expressions import Q

from capcom_gql import clock
from capcom_gql.delivery.leases import write_if_current
from capcom_gql.delivery.webhook_health import check_health, disable, lock_endpoint
from capcom_gql.domain.endpoints import DisabledReason
from capcom_gql.domain.rights import SYSTEM
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import ENDPOINT_DISABLED
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, WebhookEndpoint


async def record_outcome(runtime: Runtime, endpoint_id: str, address: str, outcome: Outcome, began: datetime) -> bool:
    """Record what an outcome says about the endpoint, in the transaction that records the outcome.

    `address` is the URL that was called: the outcome counts only if the endpoint still has it. `began` is when the
    attempt began, by the real clock. A crash or missing settings of the channel say nothing about the endpoint. Returns
    whether to send the delivery again, because the URL that is closed for good is no longer the endpoint's.
    """
    is_its_own = outcome.kind in (OutcomeKind.RETRY, OutcomeKind.FAILED) and not outcome.crashed
    if is_its_own and outcome.gone:
        return await _record_gone(runtime, endpoint_id, address, began)
    known = WebhookEndpoint.filter(id=endpoint_id, url=address, deleted_at=None)
    if outcome.kind is OutcomeKind.SENT:
        await known.filter(is_enabled=True, failing_since__isnull=False).update(failing_since=None, warned_at=None)
    elif is_its_own:
        # of several concurrent failures the earliest counts, since `reenable` sends what has failed since then
        is_first = Q(failing_since=None) | Q(failing_since__gt=began)
        await known.filter(is_first).update(failing_since=began)
        await check_health(runtime, endpoint_id)
    return False


async def _record_gone(runtime: Runtime, endpoint_id: str, address: str, began: datetime) -> bool:
    # locked before it is examined: a concurrent enabling or disabling has not seen this failure
    endpoint = await lock_endpoint(endpoint_id)
    if endpoint is None:
        return False
    if endpoint.url != address:
        return True
    endpoint.failing_since = min(endpoint.failing_since or began, began)
    await endpoint.save(update_fields=["failing_since"])
    if endpoint.is_enabled:
        await disable(runtime, endpoint, DisabledReason.GONE, SYSTEM)
    return False


async def hold_delivery(delivery: Delivery, attempt: int, began: datetime) -> None:
    """Hold a delivery whose endpoint is disabled, and record an attempt that does not count.

    If the endpoint was enabled in the meantime, the delivery is due again at once. `began` is by the real clock.
    """
    endpoint_id = delivery.endpoint_id
    assert endpoint_id is not None, "only endpoints are disabled"

    async def write() -> None:
        endpoint = await lock_endpoint(endpoint_id)
        waits = endpoint is not None and not endpoint.is_enabled
        await DeliveryAttempt.create(
            delivery=delivery, number=attempt, at=began, outcome=OutcomeKind.HELD.value, error=ENDPOINT_DISABLED
        )
        columns = {
            "state": "HELD" if waits else "PENDING",
            "reason": ENDPOINT_DISABLED if waits else None,
            "next_attempt_at": clock.utc_now(),
            "uncounted": delivery.uncounted + 1,
            "leased_until": None,
        }
        await write_if_current(delivery, attempt, columns)

    await in_one_transaction(write)
