"""Connections as in Relay: pages of lists, with cursors."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Generic, TypeAlias, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from capcom_gql.graphql.errors import bad_input
from capcom_gql.graphql.fields import resolved, value_or_none
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import say
from capcom_gql.storage.queries.keyset import LARGEST_SIZE
from capcom_gql.storage.queries.lists import BadCursor, BadWindow, Page, Window

Item = TypeVar("Item")
Row = TypeVar("Row")

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="How many objects to list from the start of the list, or after `after`: 1 to 100, 20 by default. "
        "Not together with `last`."
    ),
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="List the objects after this cursor of an earlier page.")
]
Last: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="How many objects to list from the end of the list, or before `before`: 1 to 100. Not together "
        "with `first`."
    ),
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="List the objects before this cursor of an earlier page.")
]


@strawberry.type(description="The place of a page in its list, as in Relay.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list has objects after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has objects before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first object; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last object; null on an empty page.")


@strawberry.type(description="An object of a list, with its cursor.")
class Edge(Generic[Item]):
    cursor: str = strawberry.field(
        description="The position of the object in the list, for `after` or `before`. It is opaque, and only for this "
        "list in this order."
    )
    node: Item = strawberry.field(description="The object.")


@strawberry.type(description="A page of a list: 20 objects unless `first` or `last` says otherwise.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="The objects of the page, with their cursors.")
    nodes: list[Item] = strawberry.field(description="The objects of the page.")
    page_info: PageInfo = strawberry.field(description="The place of this page in the list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("How many objects the whole list has; it costs a query of its own.")
    async def total_count(self) -> int:
        return await self.count()


def window_of(locale: Locale, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The window that the arguments of a connection ask for. Raises FieldError (BAD_USER_INPUT) for a bad size."""
    try:
        return Window(value_or_none(first), value_or_none(after), value_or_none(last), value_or_none(before))
    except BadWindow as error:
        key = "both_sizes" if error.name is None else "bad_size"
        raise bad_input(say("errors", key, locale, name=error.name or "", maximum=LARGEST_SIZE)) from error


def finder(
    loader: DataLoader[str, Row | None], build: Callable[[Row], Item]
) -> Callable[[Sequence[str]], Awaitable[list[Item | None]]]:
    """A function that gives the objects of some ids, in order: built of the rows that a loader finds, None for none."""

    async def find(ids: Sequence[str]) -> list[Item | None]:
        rows = await loader.load_many(list(ids))
        return [None if row is None else build(row) for row in rows]

    return find


async def to_connection(
    locale: Locale,
    page: Awaitable[Page],
    find: Callable[[Sequence[str]], Awaitable[Sequence[Item | None]]],
    count: Callable[[], Awaitable[int]],
) -> Connection[Item]:
    """The connection of a page: `find` gives the objects of its ids, `count` the size of the whole list.

    Raises FieldError (BAD_USER_INPUT) for a cursor that is not of this list in this order.
    """
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
