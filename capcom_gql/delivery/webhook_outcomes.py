"""What an attempt makes of the endpoint that it was for: a success clears, a failure counts, a 410 ends it at once."""

from datetime import datetime

from tortoise.expressions import Q

from capcom_gql import clock
from capcom_gql.delivery.leases import write_while_ours
from capcom_gql.delivery.webhook_health import check_health, disable, locked
from capcom_gql.domain.endpoints import DisabledReason
from capcom_gql.domain.rights import SYSTEM
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import ENDPOINT_DISABLED
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, WebhookEndpoint


async def record_outcome(runtime: Runtime, endpoint_id: str, address: str, outcome: Outcome, began: datetime) -> bool:
    """In the transaction that writes an outcome: what it says of the endpoint that has this address still.

    A channel's own fault, or its missing settings, say nothing of an endpoint. Returns whether what was sent is to go
    again, since the address that answered that it is closed for good is not the endpoint's any more.
    """
    is_its_own = outcome.kind in (OutcomeKind.RETRY, OutcomeKind.FAILED) and not outcome.crashed
    if is_its_own and outcome.gone:
        return await _end(runtime, endpoint_id, address, began)
    known = WebhookEndpoint.filter(id=endpoint_id, url=address, deleted_at=None)
    if outcome.kind is OutcomeKind.SENT:
        await known.filter(is_enabled=True, failing_since__isnull=False).update(failing_since=None, warned_at=None)
    elif is_its_own:
        # of several at once the earliest counts, whichever ends first: what has failed since goes again one day
        is_first = Q(failing_since=None) | Q(failing_since__gt=began)
        await known.filter(is_first).update(failing_since=began)
        await check_health(runtime, endpoint_id)
    return False


async def _end(runtime: Runtime, endpoint_id: str, address: str, began: datetime) -> bool:
    # locked before anything is judged by it: who enables or disables it meanwhile has not found what failed here
    endpoint = await locked(endpoint_id)
    if endpoint is None:
        return False
    if endpoint.url != address:
        return True
    endpoint.failing_since = min(endpoint.failing_since or began, began)
    await endpoint.save(update_fields=["failing_since"])
    if endpoint.is_enabled:
        await disable(runtime, endpoint, DisabledReason.GONE, SYSTEM)
    return False


async def hold(delivery: Delivery, attempt: int, began: datetime) -> None:
    """Keep what was to go to an endpoint that is disabled, as an attempt that does not count.

    Where it was enabled meanwhile, whoever did it has not found this one: it goes again at once.
    """
    endpoint_id = delivery.endpoint_id
    assert endpoint_id is not None, "only endpoints are disabled"

    async def write() -> None:
        endpoint = await locked(endpoint_id)
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
        await write_while_ours(delivery, attempt, columns)

    await in_one_transaction(write)
