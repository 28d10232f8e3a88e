"""The source of a request: its peer, or what a trusted proxy says in X-Forwarded-For."""

import logging
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

log = logging.getLogger(__name__)


class TrustedProxies:
    """ASGI middleware that sets the client's address and the scheme as proxies in `networks` forward them.

    The address is the last of X-Forwarded-For that is not in `networks`. From any other peer the header is ignored;
    the first time it is logged, since every caller behind an unknown proxy is one source for the limits (R5).
    """

    def __init__(self, app: ASGIApp, networks: Sequence[str]) -> None:
        self._believing = ProxyHeadersMiddleware(app, list(networks))  # type: ignore[arg-type]  # its own ASGI types
        self._is_silent = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_silent and scope["type"] in {"http", "websocket"}:
            self._warn(scope)
        await self._believing(scope, receive, send)  # type: ignore[arg-type]  # its own ASGI types

    def _warn(self, scope: Scope) -> None:
        peer = scope["client"][0] if scope.get("client") else ""
        is_forwarded = any(name == b"x-forwarded-for" for name, _ in scope["headers"])
        if is_forwarded and peer not in self._believing.trusted_hosts:
            self._is_silent = True
            log.warning("X-Forwarded-For from %s is ignored: CAPCOM_TRUSTED_PROXIES does not name it", peer)
