"""/healthz says that the process lives, /readyz that each part it needs does its work."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from capcom_gql.app.answers import NO_ANSWER, NOT_STORED
from capcom_gql.app.broker_check import BrokerCheck
from capcom_gql.notifiers.registry import NotifierState, Registry
from capcom_gql.settings import Settings
from capcom_gql.storage.backlog import LATE_AFTER, Steps, steps_behind
from capcom_gql.storage.database import DatabaseUnavailable
from capcom_gql.storage.installation import missing_migrations, must_answer
from capcom_gql.storage.journal import ENDPOINT_DISABLED
from capcom_gql.storage.post import Delivery
from capcom_gql.storage.product_clock import product_now


def health_routes(settings: Settings, registry: Callable[[], Registry]) -> list[BaseRoute]:
    """Both addresses; `registry` gives the channels of the running application."""
    broker = BrokerCheck(settings.broker_url)

    async def alive(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers=NOT_STORED)

    async def ready(_: Request) -> JSONResponse:
        parts = await readiness(settings, broker, registry())
        is_ready = all(part["ok"] for part in parts.values())
        answer = {"status": "ready" if is_ready else "failing", **parts}
        return JSONResponse(answer, status_code=200 if is_ready else 503, headers=NOT_STORED)

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


async def readiness(settings: Settings, broker: BrokerCheck, registry: Registry) -> dict[str, dict[str, Any]]:
    """Each part with `ok` and what an operator wants to know of it."""
    held: int | None = None
    behind: Steps | None = None
    try:
        await must_answer()
        missing = await missing_migrations()
        if not missing:
            # what staff have an endpoint wait for calls for no operator
            held = await Delivery.filter(state="HELD", reason__not=ENDPOINT_DISABLED).count()
            behind = await steps_behind(await product_now())
    except DatabaseUnavailable:
        database: dict[str, Any] = {"ok": False, "detail": NO_ANSWER}
        schema: dict[str, Any] = {"ok": False, "detail": NO_ANSWER}
    else:
        database = {"ok": True, "engine": "postgres" if settings.sqlite_file is None else "sqlite"}
        schema = {"ok": not missing, "missing": missing}
    return {
        "database": database,
        "broker": await _broker(settings, broker),
        "migrations": schema,
        "notifiers": _notifiers(registry, held),
        "steps": _steps(behind),
    }


async def _broker(settings: Settings, broker: BrokerCheck) -> dict[str, Any]:
    if not settings.broker_url:
        return {"ok": True, "detail": "none: each process works by itself"}
    told = await broker.ask()
    return {"ok": told.answers, "detail": told.detail}


def _notifiers(registry: Registry, held: int | None) -> dict[str, Any]:
    failed = [entry.name for entry in registry.entries if entry.state is NotifierState.FAILED]
    return {
        "ok": not failed,
        "active": [entry.name for entry in registry.active()],
        "failed": failed,
        "held": held,
    }


def _steps(behind: Steps | None) -> dict[str, Any]:
    """Steps that wait stop no answer, since answers are worked out: told, and no reason not to be ready."""
    if behind is None:
        return {"ok": True, "detail": "not known"}
    told: dict[str, Any] = {"ok": True, "due": behind.due, "late": behind.late, "failing": behind.failing}
    if behind.failing:
        told["detail"] = "the steps of some subscriptions cannot be recorded: the workers' logs say why"
    elif behind.late:
        minutes = round(LATE_AFTER.total_seconds() / 60)
        told["detail"] = f"steps are due for more than {minutes} minutes: check that a worker runs"
    return told
