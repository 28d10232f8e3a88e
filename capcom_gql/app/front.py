"""GET /graphql: the explorer for browsers; for other clients status 405, since GraphQL requests are sent by POST."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from strawberry.http.ides import get_graphql_ide_html

from capcom_gql.pages import Caller, Operation, explorer_response, wants_page
from capcom_gql.settings import Settings


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
            return HTMLResponse(get_graphql_ide_html(graphql_ide="graphiql"), headers={"Vary": "Accept"})
        return explorer_response(request, self._operations, callers=self._callers, mailbox=self._has_mailbox)
