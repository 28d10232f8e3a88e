"""Look after the endpoints that have been failing for long and are sent nothing meanwhile (see `domain.endpoints`).

Those that are being sent something are looked after as each attempt fails.
"""

from datetime import timedelta
from functools import partial

from capcom_gql import clock
from capcom_gql.domain.endpoints import DISABLED_AFTER, NOTICE, WARNED_AFTER
from capcom_gql.services.endpoint_standing import look_after
from capcom_gql.services.setup import Setup
from capcom_gql.storage.database import in_one_transaction, rows
from capcom_gql.storage.journal import ENDPOINT_DISABLED
from capcom_gql.storage.product_clock import product_now

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
                delivery.state IN ('PENDING', 'RETRYING')
                AND delivery.due_at <= $4 AND delivery.next_attempt_at <= $5
            )
            OR (delivery.state = 'HELD' AND (delivery.reason IS NULL OR delivery.reason <> '{ENDPOINT_DISABLED}'))
        )
    )
"""


async def mind_endpoints(setup: Setup) -> int:
    """Warn staff of those that fail, and disable those that have failed for too long. Returns how many."""
    real = clock.utc_now()
    instants = (real - WARNED_AFTER, real - DISABLED_AFTER, real - NOTICE, await product_now(), real - OVERDUE)
    suspects = await rows(_SUSPECTS, instants)
    return sum([await in_one_transaction(partial(look_after, setup, row["id"])) for row in suspects])
