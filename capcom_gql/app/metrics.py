"""/metrics, for Prometheus: what waits and what is late, asked of the database at each scrape, without a name in it."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from capcom_gql import clock
from capcom_gql.app.answers import NO_ANSWER, NOT_STORED
from capcom_gql.domain.letters import DeliveryState
from capcom_gql.storage.engine.database import DatabaseUnavailable
from capcom_gql.storage.installation import missing_migrations, must_answer
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.backlog import LateDeliveries, LateSteps, count_late_deliveries, count_late_steps


def metrics_route() -> Route:
    """The address. It needs no credentials: keep it behind the proxy."""
    return Route("/metrics", _metrics, methods=["GET"])


async def _metrics(_: Request) -> Response:
    try:
        await must_answer()
        if await missing_migrations():
            return PlainTextResponse("migrations are missing: run capcom migrate\n", 503, NOT_STORED)
        now, real = await product_now(), clock.utc_now()
        figures = _Figures(await count_late_steps(now), await count_late_deliveries(now, real))
    except DatabaseUnavailable:
        return PlainTextResponse(f"{NO_ANSWER}\n", 503, NOT_STORED)
    registry = CollectorRegistry()
    registry.register(figures)
    return Response(generate_latest(registry), headers={**NOT_STORED, "Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


class _Figures(Collector):
    """The figures of one scrape in Prometheus's terms."""

    def __init__(self, steps: LateSteps, post: LateDeliveries) -> None:
        self._steps = steps
        self._post = post

    def collect(self) -> Iterable[Metric]:
        """The metrics. All are gauges: each is counted anew."""
        for name, told, value in (
            ("capcom_steps_due", "Subscriptions with a step of the calendar to record.", self._steps.due),
            ("capcom_steps_late", "Those whose step is due for more than five minutes.", self._steps.late),
            ("capcom_steps_failing", "Those whose step could not be recorded, and is put off.", self._steps.failing),
            (
                "capcom_oldest_due_delivery_age_seconds",
                "For how long the oldest letter that is due could have been sent; 0 where none is due.",
                self._post.oldest_due_seconds,
            ),
            (
                "capcom_lost_attempts",
                "Attempts at a letter that never came to an end: their lease ran out, and the letter was taken up "
                "again.",
                self._post.lost_attempts,
            ),
        ):
            yield GaugeMetricFamily(name, told, value)
        deliveries = GaugeMetricFamily(
            "capcom_deliveries", "Letters by what became of them and by channel.", labels=["state", "channel"]
        )
        # every state of a channel, so that one that falls to nothing is told as 0
        for channel in sorted({channel for _, channel in self._post.counts}):
            for state in DeliveryState:
                deliveries.add_metric([state, channel], self._post.counts.get((state, channel), 0))
        yield deliveries
