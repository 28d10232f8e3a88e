"""GET /graphql: the explorer for browsers; for other clients status 405, since GraphQL requests are sent by POST."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from strawberry.http.ides import get_graphql_ide_html

from capcom_gql.app.nearby_only import comes_from_here
from capcom_gql.pages import Caller, Operation, explorer_response, wants_page
from capcom_gql.pages.headers import SAFETY
from capcom_gql.settings import Settings

# Strawberry's page of GraphiQL has inline scripts and loads its files from one host.
_GRAPHIQL_HEADERS = {
    **SAFETY,
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline' https://unpkg.com; "
    "style-src 'unsafe-inline' https://unpkg.com; font-src https://unpkg.com data:; img-src 'self' data: "
    "https://unpkg.com; worker-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}


class Front:
    """Answers GET /graphql as `CAPCOM_EXPLORER` says; `operations` and `callers` are offered by the explorer."""

    def __init__(self, settings: Settings, operations: Sequence[Operation], callers: Sequence[Caller]) -> None:
        self._explorer = settings.explorer or ("off" if settings.is_production else "on")
        self._has_mailbox = not settings.is_production
        self._operations = operations
        self._callers = callers

    def answer(self, request: Request) -> Response:
        """The explorer's page, or 405 where it is off or the client does not accept HTML."""
        if self._explorer == "off" or not wants_page(request):
            fault = {"errors": [{"message": "Send the operation by POST, as JSON; GET is not a way to ask."}]}
            return JSONResponse(fault, status_code=405, headers={"Allow": "POST", "Vary": "Accept"})
        if self._explorer == "graphiql":
            return HTMLResponse(get_graphql_ide_html(graphql_ide="graphiql"), headers=_GRAPHIQL_HEADERS)
        # callers are tokens in clear, and the mailbox answers this machine only
        is_here = comes_from_here(request)
        return explorer_response(
            request,
            self._operations,
            callers=self._callers if is_here else (),
            mailbox=self._has_mailbox and is_here,
        )
