"""Walk a whole list page by page, so that a list of any length is never in memory at once."""

from collections.abc import AsyncIterator, Awaitable, Callable

from capcom_gql.storage.queries.keyset import LARGEST_SIZE, Page, Window


async def walk_pages(ask: Callable[[Window], Awaitable[Page]]) -> AsyncIterator[tuple[str, ...]]:
    """The ids of each page of a list, in its order. What is added or removed meanwhile shifts nothing."""
    after = None
    while True:
        page = await ask(Window(first=LARGEST_SIZE, after=after))
        if page.ids:
            yield page.ids
        if not page.has_next_page:
            return
        after = page.end_cursor
