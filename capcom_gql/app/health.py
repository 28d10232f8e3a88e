"""/healthz says that the process is alive, /readyz whether each part that it needs works."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.app.broker_check import BrokerCheck
from capcom_gql.app.checks import findings
from capcom_gql.app.findings import check_context
from capcom_gql.notifiers.registry import Registry
from capcom_gql.settings import Settings

NOT_STORED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""The headers of answers that no cache may keep and no browser may take for a page."""


def health_routes(settings: Settings, registry: Callable[[], Registry]) -> list[BaseRoute]:
    """The routes /healthz (always 200) and /readyz (200 or 503, with the finding of each probed check).

    `registry` returns the channels of the running application.
    """
    broker = BrokerCheck(settings.broker_url)

    async def alive(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers=NOT_STORED)

    async def ready(_: Request) -> JSONResponse:
        found = await findings(await check_context(settings, broker, registry()), probing=True)
        is_ready = all(each.ok for each in found.values())
        parts = {part: each.as_json() for part, each in found.items()}
        answer = {"status": "ready" if is_ready else "failing", **parts}
        return JSONResponse(answer, status_code=200 if is_ready else 503, headers=NOT_STORED)

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]
