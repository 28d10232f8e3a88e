"""The tick: record what the calendar has made true, then send what is due. Run twice, applied once.

The query suspects, the rule decides: a subscription whose `due_at` has come is opened under its lock, and
`steps.next_step` says what is to be recorded.
"""

import logging
from collections.abc import Callable
from functools import partial

from capcom_gql.notifiers.registry import Registry
from capcom_gql.services.record_due import open_dossier
from capcom_gql.services.send_letters import send_due
from capcom_gql.services.setup import Setup
from capcom_gql.storage.database import in_one_transaction, rows
from capcom_gql.storage.product_clock import product_now

CHUNK = 100
_DUE = f"SELECT id FROM subscription WHERE due_at <= $1 AND id > $2 ORDER BY id LIMIT {CHUNK}"

log = logging.getLogger(__name__)


async def record_steps(setup: Setup) -> int:
    """Record every step that is due on any subscription. Returns how many were recorded.

    A subscription that fails is logged and holds up neither the others nor the letters.
    """
    count, last = 0, ""
    now = await product_now()
    while True:
        due = await rows(_DUE, [now, last])
        suspects = [str(row["id"]) for row in due]
        for subscription_id in suspects:
            try:
                count += await in_one_transaction(partial(_record, setup, subscription_id))
            except Exception:
                log.exception("the steps of a subscription cannot be recorded", extra={"id": subscription_id})
        if len(suspects) < CHUNK:
            return count
        last = suspects[-1]


async def _record(setup: Setup, subscription_id: str) -> int:
    dossier = await open_dossier(setup, subscription_id)
    if dossier is None:
        return 0
    await dossier.close()
    return dossier.recorded


async def tick(
    setup: Setup, registry: Registry, *, until_idle: bool = False, stopping: Callable[[], bool] = lambda: False
) -> tuple[int, int]:
    """One round of steps and deliveries, or rounds until there is nothing left to do at this instant.

    Returns how many steps were recorded, and how many deliveries were tried.
    """
    steps = sent = 0
    while True:
        recorded, tried = await record_steps(setup), await send_due(setup, registry, stopping)
        steps, sent = steps + recorded, sent + tried
        if stopping() or not until_idle or not (recorded or tried):
            return steps, sent
