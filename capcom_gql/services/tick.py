"""The tick: record what the calendar has made true, then send what is due. Run twice, applied once.

The query suspects, the rule decides: a subscription whose `due_at` has come is opened under its lock, and
`lifecycle.next_step` says what is to be recorded.
"""

from functools import partial

from capcom_gql import clock
from capcom_gql.notifiers.registry import Registry
from capcom_gql.services.dossier import open_dossier
from capcom_gql.services.send_letters import release_held, send_due
from capcom_gql.services.setup import Setup
from capcom_gql.storage.database import in_one_transaction
from capcom_gql.storage.models import Subscription
from capcom_gql.storage.product_clock import product_now

CHUNK = 100


async def record_steps(setup: Setup) -> int:
    """Record every step that is due on any subscription. Returns how many subscriptions had one."""
    count = 0
    while True:
        now = await product_now()
        due = Subscription.filter(due_at__lte=now).order_by("due_at", "id").limit(CHUNK)
        suspects = await due.values_list("id", flat=True)
        for subscription_id in suspects:
            await in_one_transaction(partial(_record, setup, str(subscription_id)))
        count += len(suspects)
        if len(suspects) < CHUNK:
            return count


async def _record(setup: Setup, subscription_id: str) -> None:
    dossier = await open_dossier(setup, subscription_id)
    if dossier is not None:
        await dossier.close()


async def tick(setup: Setup, registry: Registry, *, until_idle: bool = False) -> tuple[int, int]:
    """One round of steps and deliveries, or rounds until there is nothing left to do at this instant.

    Returns how many subscriptions had steps recorded, and how many deliveries were tried.
    """
    await release_held(setup, clock.utc_now())
    steps = sent = 0
    while True:
        recorded, tried = await record_steps(setup), await send_due(setup, registry)
        steps, sent = steps + recorded, sent + tried
        if not until_idle or not (recorded or tried):
            return steps, sent
