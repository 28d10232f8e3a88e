"""Lists in pages: cursors of the place in the order, so that rows added meanwhile shift nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Generic, TypeAlias, TypeVar

import strawberry

from capcom_gql.graphql.errors import bad_input
from capcom_gql.graphql.fields import given, resolved
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import say
from capcom_gql.storage.queries.keyset import LARGEST_SIZE
from capcom_gql.storage.queries.lists import BadCursor, BadWindow, Page, Window

Item = TypeVar("Item")

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many to list from the start, or after a cursor: 1 to 100.")
]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="List what comes after this cursor.")]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many to list from the end, or before a cursor: 1 to 100.")
]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="List what comes before this cursor.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has something before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first object; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last object; null on an empty page.")


@strawberry.type(description="An object with its place in the list.")
class Edge(Generic[Item]):
    cursor: str = strawberry.field(description="Its place; give it as `after` or `before`.")
    node: Item = strawberry.field(description="The object.")


@strawberry.type(description="A page of a list: 20 objects unless `first` or `last` says otherwise.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="The objects, each with its place.")
    nodes: list[Item] = strawberry.field(description="The objects.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("How many objects the whole list has; counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()


def window_of(locale: Locale, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The part of a list that arguments ask for. Raises an error for the client to read."""
    try:
        return Window(given(first), given(after), given(last), given(before))
    except BadWindow as error:
        key = "both_sizes" if error.name is None else "bad_size"
        raise bad_input(say("errors", key, locale, name=error.name or "", maximum=LARGEST_SIZE)) from error


async def connected(
    locale: Locale,
    page: Awaitable[Page],
    find: Callable[[Sequence[str]], Awaitable[Sequence[Item | None]]],
    count: Callable[[], Awaitable[int]],
) -> Connection[Item]:
    """A page with its objects. Raises an error for the client to read where a cursor is none of this list."""
    try:
        found = await page
    except BadCursor as error:
        raise bad_input(say("errors", "bad_cursor", locale)) from error
    items = await find(found.ids)
    edges = [
        Edge(cursor=cursor, node=item) for cursor, item in zip(found.cursors, items, strict=True) if item is not None
    ]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=found.has_next_page,
            has_previous_page=found.has_previous_page,
            start_cursor=found.start_cursor,
            end_cursor=found.end_cursor,
        ),
        count=count,
    )
