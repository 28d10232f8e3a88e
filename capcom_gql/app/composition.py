"""Compose the ASGI application: settings, database, channels, GraphQL, pages, health checks and worker."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from capcom_gql.access.authenticate import wait_for_recorded_uses
from capcom_gql.access.passwords import prepare
from capcom_gql.app.checks import NO_MAIL
from capcom_gql.app.front import Front
from capcom_gql.app.health import health_routes
from capcom_gql.app.hosts import HostCheck, hosts_of
from capcom_gql.app.metrics import metrics_route
from capcom_gql.app.nearby_only import MailboxNearby
from capcom_gql.app.proxies import TrustedProxies
from capcom_gql.delivery.leases import release_held
from capcom_gql.domain.letters import AddressKind
from capcom_gql.graphql.http import graphql_app
from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.registry import NotifierState, Registry
from capcom_gql.notifiers.rendering import Rendered
from capcom_gql.pages import READY_MADE, Caller, Operation, routes
from capcom_gql.runtime import close_channels, runtime_of
from capcom_gql.services.tick import tick
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import open_database
from capcom_gql.storage.installation import database_url
from capcom_gql.storage.product_clock import must_be_real
from capcom_gql.workers.delivery_pool import DeliveryPool
from capcom_gql.workers.embedded import embedded_worker
from capcom_gql.workers.wake_up import wake_up

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Parts:
    """What the lifespan opens."""

    registry: Registry
    graphql: ASGIApp


class _Graphql:
    """The application at /graphql: GET is answered by `Front`, everything else by the GraphQL application."""

    def __init__(self, app: Starlette, front: Front) -> None:
        self._app = app
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"GET", "HEAD"}:
            await self._front.answer(Request(scope))(scope, receive, send)
        else:
            await parts_of(self._app).graphql(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    ticking: bool = True,
    operations: Sequence[Operation] = READY_MADE,
    callers: Sequence[Caller] = (),
) -> Starlette:
    """The ASGI application. Its lifespan opens the database, which must be migrated, and loads the channels.

    `ticking`: whether a worker runs in this process; if not, the workers are woken through the broker. Either way
    `app.state.tick()` does what is due now. `operations` and `callers` are what the explorer offers; callers hold
    tokens in clear, so give them only for a throw-away database. The lifespan raises DatabaseUnavailable, and
    ClockMoved in production if the product's clock was moved.
    """

    def write(topic: str, locale: str, context: Mapping[str, object]) -> Rendered:
        return parts_of(app).registry.render(topic, locale, context)

    app = Starlette(
        lifespan=lambda app: _lifespan(app, settings, ticking=ticking),
        middleware=[
            Middleware(TrustedProxies, networks=settings.trusted_proxies),
            Middleware(HostCheck, accepted=hosts_of(settings)),
            Middleware(MailboxNearby),
        ],
    )
    app.router.routes += [
        *health_routes(settings, lambda: parts_of(app).registry),
        metrics_route(settings.metrics_token),
        Route("/graphql", _Graphql(app, Front(settings, operations, callers))),
        *routes(
            mailbox=None if settings.is_production else settings.data_dir / "mailbox",
            currency=settings.currency,
            write=write,
        ),
    ]
    return app


def parts_of(app: Starlette) -> _Parts:
    """What the lifespan has opened; only while the application runs."""
    parts: _Parts = app.state.parts
    return parts


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette, settings: Settings, *, ticking: bool) -> AsyncIterator[None]:
    registry = load(settings)
    _log_channels(registry, settings)
    runtime = runtime_of(settings, registry)
    woken = asyncio.Event()
    try:
        async with open_database(database_url(settings)):
            if settings.is_production:
                await must_be_real()
            await prepare()
            await release_held(runtime)
            api = graphql_app(runtime, settings, woken, registry.entries)
            app.state.parts = _Parts(registry, api)
            app.state.tick = partial(tick, runtime, registry, until_idle=True)
            async with (
                embedded_worker(DeliveryPool(runtime, registry, woken))
                if ticking
                else wake_up(settings.broker_url, woken)
            ):
                yield
            await api.close()
            await wait_for_recorded_uses()
    finally:
        await close_channels(registry)


def _log_channels(registry: Registry, settings: Settings) -> None:
    for warning in registry.warnings:
        log.warning(warning)
    for entry in registry.entries:
        # in development the mailbox is enough: a channel without any setting is not wanted
        is_wanted = settings.is_production or entry.name in settings.notify
        if entry.state is NotifierState.FAILED or (entry.state is NotifierState.UNCONFIGURED and is_wanted):
            log.warning("the channel %s is %s: %s", entry.name, entry.state, entry.reason)
    if not any(entry.address_kind == AddressKind.EMAIL for entry in registry.active()):
        log.warning(NO_MAIL)
