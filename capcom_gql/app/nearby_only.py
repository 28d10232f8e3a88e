"""What only this machine itself may read: the mailbox of development, and the tokens that the explorer offers."""

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from capcom_gql.access.nearby import is_nearby

REFUSAL = "The mailbox is shown on the machine of the server only, at a loopback address and not through a proxy.\n"
"""The text of the answer 404."""


def comes_from_here(connection: HTTPConnection) -> bool:
    """Whether a request comes from this machine, not forwarded. See `is_nearby`."""
    peer = connection.client.host if connection.client else ""
    return is_nearby(peer, (name for name, _ in connection.headers.raw))


class MailboxNearby:
    """ASGI middleware that answers 404 for /mailbox and what is below it, except to this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and (scope["path"] + "/").startswith("/mailbox/")
            and not comes_from_here(HTTPConnection(scope))
        ):
            await PlainTextResponse(REFUSAL, 404, {"Cache-Control": "no-store"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)
