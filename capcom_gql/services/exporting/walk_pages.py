"""Read a whole list page by page, so that it is never in memory as a whole."""

from collections.abc import AsyncIterator, Awaitable, Callable

from capcom_gql.storage.queries.keyset import LARGEST_SIZE, Page, Window


async def walk_pages(find: Callable[[Window], Awaitable[Page]]) -> AsyncIterator[tuple[str, ...]]:
    """The ids of each page of a list, in its order; rows that are added or removed meanwhile shift nothing.

    `find` returns the page of a window.
    """
    after = None
    while True:
        page = await find(Window(first=LARGEST_SIZE, after=after))
        if page.ids:
            yield page.ids
        if not page.has_next_page:
            return
        after = page.end_cursor
