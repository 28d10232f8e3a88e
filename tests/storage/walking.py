"""How a client goes through a list, page by page, to its end or back to its start."""

from collections.abc import Awaitable, Callable

from capcom_gql.storage.queries.lists import Page, Window

Ask = Callable[[Window], Awaitable[Page]]


async def walk_forward(ask: Ask, size: int) -> list[str]:
    """Every id from the first page to the last; the flags and cursors of each page are what they must be."""
    seen: list[str] = []
    after = None
    while True:
        page = await ask(Window(first=size, after=after))
        _check(page, size)
        assert page.has_previous_page == bool(seen)
        seen += page.ids
        if not page.has_next_page:
            return seen
        assert len(page.ids) == size
        after = page.end_cursor


async def walk_backward(ask: Ask, size: int) -> list[str]:
    """Every id from the last page to the first, in the list's own order."""
    seen: list[str] = []
    before = None
    while True:
        page = await ask(Window(last=size, before=before))
        _check(page, size)
        assert page.has_next_page == bool(seen)
        seen = [*page.ids, *seen]
        if not page.has_previous_page:
            return seen
        assert len(page.ids) == size
        before = page.start_cursor


def _check(page: Page, size: int) -> None:
    assert len(page.ids) == len(page.cursors) <= size
    assert (page.start_cursor, page.end_cursor) == ((page.cursors[0], page.cursors[-1]) if page.ids else (None, None))
