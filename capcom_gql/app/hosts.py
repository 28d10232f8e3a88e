"""The Host check, against DNS rebinding: pages of other sites must not reach this server under their own name."""

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from capcom_gql.settings import Settings

REFUSAL = "This server does not answer to that host name. CAPCOM_ALLOWED_HOSTS lists the names it answers to.\n"
"""The text of the answer 400."""


def hosts_of(settings: Settings) -> frozenset[str]:
    """The host names that are accepted, in lower case. See `Settings.accepted_hosts`."""
    return frozenset(name.lower() for name in settings.accepted_hosts)


class HostCheck:
    """ASGI middleware that answers 400 to a request whose Host header, without its port, is not accepted.

    In `accepted`, `*` stands for any host and `*.name` for any host below `name`.
    """

    def __init__(self, app: ASGIApp, accepted: Iterable[str]) -> None:
        self._app = app
        self._accepted = frozenset(accepted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or self._is_ours(_host(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(REFUSAL, status_code=400)(scope, receive, send)

    def _is_ours(self, name: str) -> bool:
        if "*" in self._accepted:
            return True
        return bool(name) and (
            name in self._accepted or any(each.startswith("*.") and name.endswith(each[1:]) for each in self._accepted)
        )


def _host(scope: Scope) -> str:
    """The Host header without its port, in lower case; empty if it is missing, repeated or malformed."""
    values: list[bytes] = [value for name, value in scope["headers"] if name == b"host"]
    if len(values) != 1:
        return ""
    text = values[0].decode("latin-1").lower()
    if text.startswith("["):
        return text[: text.find("]") + 1]
    return text.partition(":")[0].removesuffix(".")
