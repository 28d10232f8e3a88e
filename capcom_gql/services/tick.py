"""The tick: record what the calendar has made true, then send what is due. Run twice, applied once."""

from collections.abc import Callable

from capcom_gql import clock
from capcom_gql.delivery.dispatch import send_due
from capcom_gql.delivery.webhook_health import sweep_endpoints
from capcom_gql.domain.letters import WAITING
from capcom_gql.notifiers.registry import Registry
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Subscription
from capcom_gql.subscription.sweep import record_steps


async def tick(
    runtime: Runtime, registry: Registry, *, until_idle: bool = False, stopping: Callable[[], bool] = lambda: False
) -> tuple[int, int]:
    """One round of steps and deliveries, or rounds until there is nothing left to do at this instant.

    Returns how many steps were recorded, failing endpoints looked after with them, and how many deliveries were tried.
    """
    steps = sent = 0
    while True:
        recorded, tried = await record_steps(runtime, stopping), await send_due(runtime, registry, stopping)
        recorded += await sweep_endpoints(runtime)
        steps, sent = steps + recorded, sent + tried
        if stopping() or not until_idle or not (recorded or tried):
            return steps, sent


async def in_other_hands() -> bool:
    """Whether another process has something in hand that is due: idle means that it is done, or given back."""
    now, real = await product_now(), clock.utc_now()
    sending = Delivery.filter(state__in=WAITING, due_at__lte=now, leased_until__gt=real)
    recording = Subscription.filter(due_at__lte=now, leased_until__gt=real, step_failures=0)
    return await sending.exists() or await recording.exists()
