"""The explorer: the page a browser gets on GET /graphql."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse

from capcom_gql.pages.headers import page_headers
from capcom_gql.pages.operations import IDEMPOTENCY_KEY, CallerKind, Operation
from capcom_gql.pages.ready_made import READY_MADE
from capcom_gql.pages.rendering import rendered, root_of


@dataclass(frozen=True)
class Caller:
    """A token offered in the explorer. Only for a throw-away database such as the demo's: it is in the page."""

    kind: CallerKind
    label: str
    token: str


def wants_page(request: Request) -> bool:
    """Whether the one who asks is a browser (names text/html) rather than a client of the API."""
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(kind.partition(";")[0].strip() == "text/html" for kind in accepted)


def explorer_page(
    operations: Sequence[Operation] = READY_MADE,
    *,
    callers: Sequence[Caller] = (),
    mailbox: bool = False,
    root: str = "",
) -> str:
    """The explorer's HTML, with its ready-made operations inside.

    `callers` are tokens to choose from, `mailbox` says whether to link to /mailbox, `root` is the path this
    server is mounted under. Every sample idempotency key is made anew: a reloaded page asks for a new effect.
    """
    offered = [{**asdict(operation), "variables": _with_new_keys(operation.variables)} for operation in operations]
    content = {"operations": offered, "callers": [asdict(caller) for caller in callers]}
    return rendered("explorer.html", root=root, content=content, mailbox=mailbox)


def explorer_response(
    request: Request,
    operations: Sequence[Operation] = READY_MADE,
    *,
    callers: Sequence[Caller] = (),
    mailbox: bool = False,
) -> HTMLResponse:
    """The explorer as the answer to GET /graphql; see `explorer_page`."""
    html = explorer_page(operations, callers=callers, mailbox=mailbox, root=root_of(request))
    return HTMLResponse(html, headers={**page_headers(), "Vary": "Accept"})


def _with_new_keys(variables: Mapping[str, object]) -> dict[str, object]:
    fresh = deepcopy(dict(variables))
    given = fresh.get("input")
    if isinstance(given, dict) and given.get("idempotencyKey") == IDEMPOTENCY_KEY:
        given["idempotencyKey"] = str(uuid4())
    return fresh
