"""The Host check: a page of another site must not reach this server under a name of its own (DNS rebinding)."""

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from capcom_gql.settings import Settings

REFUSAL = "This server does not answer to that host name. CAPCOM_ALLOWED_HOSTS lists the names it answers to.\n"


def hosts_of(settings: Settings) -> frozenset[str]:
    """The names to answer to: the public one, those of CAPCOM_ALLOWED_HOSTS, the loopback ones in development."""
    return frozenset(name.lower() for name in settings.accepted_hosts)


class HostCheck:
    """Answers 400 to a request whose Host is none of `accepted`, whatever its port; `*` is any, `*.name` a part."""

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
    """The Host header without its port, in lower case; empty where it is missing, given twice or broken."""
    given: list[bytes] = [value for name, value in scope["headers"] if name == b"host"]
    if len(given) != 1:
        return ""
    text = given[0].decode("latin-1").lower()
    if text.startswith("["):
        return text[: text.find("]") + 1]
    return text.partition(":")[0].removesuffix(".")
