"""/mailbox: the mails a development server wrote instead of sending them."""

from itertools import islice
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from capcom_gql.pages.headers import mail_headers, page_headers
from capcom_gql.pages.letters import letter_names, letters, read_content, read_raw
from capcom_gql.pages.rendering import page
from capcom_gql.pages.showing import opening_new_tabs, split_links

LETTERS_PER_PAGE = 50
"""Letters on one page of the mailbox."""


def mailbox_routes(directory: Path) -> list[BaseRoute]:
    """The list, and one mail: as a page, its HTML alone, its source. Never mount these in production.

    The functions are plain ones: Starlette runs them in a thread, so reading files holds nobody up.
    """

    def show_list(request: Request) -> HTMLResponse:
        to, before = request.query_params.get("to", ""), request.query_params.get("before", "")
        found = list(islice(letters(directory, to=to, before=before), LETTERS_PER_PAGE + 1))
        shown = found[:LETTERS_PER_PAGE]
        older = shown[-1].name if len(found) > len(shown) else None
        return page(request, "mailbox.html", letters=shown, to=to, before=before, older=older)

    def show_letter(request: Request) -> HTMLResponse:
        content = read_content(directory, request.path_params["name"])
        if content is None:
            return _no_such_letter(request)
        text = None if content.text is None else split_links(content.text)
        newer, older = _neighbours(directory, content.letter.name)
        return page(
            request,
            "letter.html",
            shows_frame=True,
            letter=content.letter,
            text=text,
            has_html=content.html is not None,
            newer=newer,
            older=older,
        )

    def show_html(request: Request) -> Response:
        content = read_content(directory, request.path_params["name"])
        if content is None or content.html is None:
            return _no_such_letter(request)
        return HTMLResponse(opening_new_tabs(content.html), headers=mail_headers())

    def show_source(request: Request) -> Response:
        raw = read_raw(directory, request.path_params["name"])
        if raw is None:
            return _no_such_letter(request)
        return Response(raw, media_type="text/plain; charset=utf-8", headers=page_headers())

    return [
        Route("/mailbox", show_list, methods=["GET"]),
        Route("/mailbox/{name}", show_letter, methods=["GET"]),
        Route("/mailbox/{name}/html", show_html, methods=["GET"]),
        Route("/mailbox/{name}/source", show_source, methods=["GET"]),
    ]


def _neighbours(directory: Path, name: str) -> tuple[str | None, str | None]:
    names = letter_names(directory)
    if name not in names:
        return None, None
    place = names.index(name)
    return (names[place - 1] if place else None), (names[place + 1] if place + 1 < len(names) else None)


def _no_such_letter(request: Request) -> HTMLResponse:
    return page(request, "no-such-letter.html", status=404, is_sample=False)
