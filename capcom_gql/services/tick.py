"""The tick: record the steps of the calendar that are due, then send the deliveries that are due. Idempotent."""

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
    """Run one round of steps, deliveries and webhook health; with `until_idle`, rounds until nothing is due any more.

    Ends early when `stopping()` is true. Returns how many steps were recorded (with the endpoints that were warned
    about or disabled) and how many deliveries were tried.
    """
    steps = sent = 0
    while True:
        recorded, tried = await record_steps(runtime, stopping), await send_due(runtime, registry, stopping)
        recorded += await sweep_endpoints(runtime)
        steps, sent = steps + recorded, sent + tried
        if stopping() or not until_idle or not (recorded or tried):
            return steps, sent


async def is_leased_elsewhere() -> bool:
    """Whether something that is due is under a lease, so that the product is not idle yet; ask it while holding none.

    That is a delivery, or a subscription whose steps have not failed; due by the product's clock, leased by the real.
    """
    now, real = await product_now(), clock.utc_now()
    sending = Delivery.filter(state__in=WAITING, due_at__lte=now, leased_until__gt=real)
    recording = Subscription.filter(due_at__lte=now, leased_until__gt=real, step_failures=0)
    return await sending.exists() or await recording.exists()
