"""/metrics for Prometheus: steps and deliveries that wait or are late, counted in the database at each scrape.

It holds no personal data.
"""

import hmac
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from capcom_gql import clock
from capcom_gql.app.findings import NO_ANSWER
from capcom_gql.app.health import NOT_STORED
from capcom_gql.domain.letters import DeliveryState
from capcom_gql.storage.engine.database import DatabaseUnavailable
from capcom_gql.storage.installation import missing_migrations, must_answer
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.backlog import LateDeliveries, LateSteps, count_late_deliveries, count_late_steps


def metrics_route(token: str) -> Route:
    """The route /metrics, which asks for this bearer token; where it is empty, the proxy keeps it from the outside."""
    expected = f"Bearer {token}".encode()

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("latin-1")
        # the time of a comparison says nothing about the token
        if token and not hmac.compare_digest(given, expected):
            headers = {**NOT_STORED, "WWW-Authenticate": "Bearer"}
            return PlainTextResponse("send CAPCOM_METRICS_TOKEN as a bearer token\n", 401, headers)
        return await _metrics()

    return Route("/metrics", metrics, methods=["GET"])


async def _metrics() -> Response:
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
    """The metrics of one scrape."""

    def __init__(self, steps: LateSteps, deliveries: LateDeliveries) -> None:
        self._steps = steps
        self._deliveries = deliveries

    def collect(self) -> Iterable[Metric]:
        """The metrics, all of them gauges."""
        for name, description, value in (
            ("capcom_steps_due", "Subscriptions with a step of the calendar to record.", self._steps.due),
            ("capcom_steps_late", "Those whose step has been due for more than five minutes.", self._steps.late),
            ("capcom_steps_failing", "Those whose step could not be recorded and is retried.", self._steps.failing),
            (
                "capcom_oldest_due_delivery_age_seconds",
                "Seconds for which the oldest letter that is due could have been sent; 0 if none is due.",
                self._deliveries.oldest_due_seconds,
            ),
            (
                "capcom_lost_attempts",
                "Attempts to send a letter that did not finish: their lease ended, and another worker took over.",
                self._deliveries.lost_attempts,
            ),
        ):
            yield GaugeMetricFamily(name, description, value)
        by_state = GaugeMetricFamily(
            "capcom_deliveries", "Letters by state and by channel.", labels=["state", "channel"]
        )
        # every state of each channel, so that one that no letter has any more is reported as 0
        for channel in sorted({channel for _, channel in self._deliveries.counts}):
            for state in DeliveryState:
                by_state.add_metric([state, channel], self._deliveries.counts.get((state, channel), 0))
        yield by_state
