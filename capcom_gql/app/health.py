"""/healthz says that the process lives, /readyz that each part it needs does its work."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.notifiers.registry import NotifierState, Registry
from capcom_gql.settings import Settings
from capcom_gql.storage.database import DatabaseUnavailable
from capcom_gql.storage.installation import missing_migrations, must_answer
from capcom_gql.storage.post import Delivery

NOT_STORED = {"Cache-Control": "no-store"}
NO_ANSWER = "the database does not answer"


def health_routes(settings: Settings, registry: Callable[[], Registry]) -> list[BaseRoute]:
    """Both addresses; `registry` gives the channels of the running application."""

    async def alive(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers=NOT_STORED)

    async def ready(_: Request) -> JSONResponse:
        parts = await readiness(settings, registry())
        is_ready = all(part["ok"] for part in parts.values())
        answer = {"status": "ready" if is_ready else "failing", **parts}
        return JSONResponse(answer, status_code=200 if is_ready else 503, headers=NOT_STORED)

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


async def readiness(settings: Settings, registry: Registry) -> dict[str, dict[str, Any]]:
    """Each part with `ok` and what an operator wants to know of it."""
    try:
        await must_answer()
        missing = await missing_migrations()
        held = 0 if missing else await Delivery.filter(state="HELD").count()
    except DatabaseUnavailable:
        database: dict[str, Any] = {"ok": False, "detail": NO_ANSWER}
        schema: dict[str, Any] = {"ok": False, "detail": NO_ANSWER}
        held = None
    else:
        database = {"ok": True, "engine": "postgres" if settings.sqlite_file is None else "sqlite"}
        schema = {"ok": not missing, "missing": missing}
    return {
        "database": database,
        "broker": _broker(settings),
        "migrations": schema,
        "notifiers": _notifiers(registry, held),
    }


def _broker(settings: Settings) -> dict[str, Any]:
    if settings.broker_url:
        return {"ok": True, "detail": "CAPCOM_BROKER_URL is not used by this version: the server does the work itself"}
    return {"ok": True, "detail": "none: the server does the work itself"}


def _notifiers(registry: Registry, held: int | None) -> dict[str, Any]:
    failed = [entry.name for entry in registry.entries if entry.state is NotifierState.FAILED]
    return {
        "ok": not failed,
        "active": [entry.name for entry in registry.active()],
        "failed": failed,
        "held": held,
    }
