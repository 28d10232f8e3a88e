"""Keyset pagination: pages are found by the values that order the list, so that rows added meanwhile shift nothing.

A cursor is the position of one row: the order's name, the row's key and its id, in base64. It is no secret and grants
no right: what a caller may see is checked for every page.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson

from capcom_gql.storage import ids
from capcom_gql.storage.engine import database
from capcom_gql.storage.engine.columns import as_day, as_instant

DEFAULT_SIZE = 20
"""Rows of a page where the caller gives no size."""
LARGEST_SIZE = 100
"""Most rows of a page, inclusive."""


class BadCursor(ValueError):
    """A cursor that is malformed, or of another list or another order."""

    def __init__(self) -> None:
        super().__init__("this cursor is not one of this list in this order: take one from an earlier page of it")


class BadWindow(ValueError):
    """A page size outside 1 to 100 (`name` is "first" or "last"), or both sizes at once (`name` is None)."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__("give first or last, not both" if name is None else f"{name} is from 1 to {LARGEST_SIZE}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that a page shows, as in Relay: the `first` rows after a cursor, or the `last` before one.

    Without a size it is 20 rows, before the cursor where only `before` is given. Raises BadWindow for a size outside
    1 to 100 and for both sizes at once.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise BadWindow
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 1 <= size <= LARGEST_SIZE:
                raise BadWindow(name)

    @property
    def size(self) -> int:
        """The most rows that the page has."""
        return self.first or self.last or DEFAULT_SIZE

    @property
    def is_backwards(self) -> bool:
        """Whether the page is filled from the end of the list, or from `before`."""
        return self.last is not None or (self.first is None and self.after is None and self.before is not None)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, in the list's order."""

    ids: tuple[str, ...]
    cursors: tuple[str, ...]
    """one for each id"""
    has_next_page: bool
    has_previous_page: bool

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first row; None for an empty page."""
        return self.cursors[0] if self.cursors else None

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last row; None for an empty page."""
        return self.cursors[-1] if self.cursors else None


class KeyKind(StrEnum):
    """The type of the values that a list is ordered by."""

    TEXT = "TEXT"
    DAY = "DAY"
    INSTANT = "INSTANT"


Key = str | date | datetime | None
"""A value by which a list is ordered; instants are in UTC."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list; equal keys are ordered by id. Rows without a key come last in both directions."""

    name: str
    """the name that its cursors carry"""
    key: str
    """the SQL expression of the key"""
    kind: KeyKind
    is_descending: bool = False
    has_nulls: bool = False
    """whether rows may have no key"""


@dataclass(slots=True)
class Listing:
    """The rows of a list as parts of an SQL statement."""

    source: str
    """what follows FROM"""
    id: str
    """the column of the ids"""
    prefix: str
    """the prefix of the ids, which a cursor is checked against"""

    clauses: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)

    def parameter(self, value: object) -> str:
        """Add a parameter and return its placeholder."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def among(self, column: str, values: Collection[str]) -> str:
        """The condition that a column is one of some values; FALSE for no values."""
        if not values:
            return "FALSE"
        # a statement takes a limited number of parameters: repeated values are passed once
        return f"{column} IN ({', '.join(self.parameter(value) for value in sorted(set(values)))})"

    def where(self, clause: str) -> None:
        """Add a condition that every row must meet."""
        self.clauses.append(clause)

    def sql(self, columns: str, clauses: Collection[str] = (), tail: str = "") -> str:
        """The SELECT statement of these columns, with more conditions, and with `tail` after WHERE."""
        met = " AND ".join(f"({clause})" for clause in (*self.clauses, *clauses)) or "TRUE"
        return f"SELECT {columns} FROM {self.source} WHERE {met} {tail}"

    def copy(self) -> "Listing":
        """A copy to which conditions can be added."""
        return Listing(self.source, self.id, self.prefix, [*self.clauses], [*self.parameters])


async def page_of(listing: Listing, order: Order, window: Window) -> Page:
    """One page of a list. Raises BadCursor for a cursor that is not of this list in this order."""
    after = None if window.after is None else _decoded(window.after, order, listing.prefix)
    before = None if window.before is None else _decoded(window.before, order, listing.prefix)
    narrowed = listing.copy()
    if after is not None:
        narrowed.where(_past(narrowed, order, after))
    if before is not None:
        narrowed.where(_past(narrowed, order, before, backwards=True))
    tail = f"ORDER BY {_ordering(listing, order, window.is_backwards)} LIMIT {window.size + 1}"
    found = await database.rows(narrowed.sql(f"{listing.id} AS id, {order.key} AS key", tail=tail), narrowed.parameters)
    earlier = await _any_beyond(listing, order, after, backwards=True)
    later = await _any_beyond(listing, order, before, backwards=False)
    return _page(found, order, window, earlier=earlier, later=later)


async def pages_by(listing: Listing, order: Order, window: Window, column: str) -> dict[str, Page]:
    """One page for each value of a column, in one statement, by that value; values without rows are left out.

    Raises ValueError for a window with a cursor, which is of one list only.
    """
    if window.after is not None or window.before is not None:
        raise ValueError("a cursor is of one list")
    ordering = _ordering(listing, order, window.is_backwards)
    place = f"ROW_NUMBER() OVER (PARTITION BY {column} ORDER BY {ordering}) AS place"
    numbered = listing.sql(f"{listing.id} AS id, {order.key} AS key, {column} AS list, {place}")
    sql = f"SELECT id, key, list FROM ({numbered}) AS numbered WHERE place <= {window.size + 1} ORDER BY list, place"
    lists: dict[str, list[dict[str, Any]]] = {}
    for row in await database.rows(sql, listing.parameters):
        lists.setdefault(row["list"], []).append(row)
    return {each: _page(found, order, window) for each, found in lists.items()}


def _page(
    found: list[dict[str, Any]], order: Order, window: Window, *, earlier: bool = False, later: bool = False
) -> Page:
    """The page of the rows found: in the direction of the window, and one row more where the list goes on."""
    more = len(found) > window.size
    found = found[: window.size]
    if window.is_backwards:
        found.reverse()
    return Page(
        ids=tuple(row["id"] for row in found),
        cursors=tuple(_encoded(order, _key(row["key"], order.kind), row["id"]) for row in found),
        has_next_page=later or (more and not window.is_backwards),
        has_previous_page=earlier or (more and window.is_backwards),
    )


async def count_of(listing: Listing) -> int:
    """How many rows the whole list has."""
    found = await database.rows(listing.sql("count(*) AS count"), listing.parameters)
    return int(found[0]["count"])


async def _any_beyond(listing: Listing, order: Order, cursor: "_Position | None", *, backwards: bool) -> bool:
    """Whether the list has a row at a cursor or on its far side; the cursor's own row may be gone."""
    if cursor is None:
        return False
    beyond = listing.copy()
    beyond.where(_past(beyond, order, cursor, backwards=backwards, inclusive=True))
    return bool(await database.rows(beyond.sql("1 AS found", tail="LIMIT 1"), beyond.parameters))


@dataclass(frozen=True, slots=True)
class _Position:
    key: Key
    id: str


def _past(
    listing: Listing, order: Order, position: _Position, *, backwards: bool = False, inclusive: bool = False
) -> str:
    """The condition that a row comes after a position, before it (`backwards`), or is there too (`inclusive`)."""
    than = ("<" if order.is_descending != backwards else ">") + ("=" if inclusive else "")
    id_ = listing.parameter(position.id)
    if position.key is None:
        tied = f"{listing.id} {than} {id_}"
        return f"{order.key} IS NOT NULL OR {tied}" if backwards else f"{order.key} IS NULL AND {tied}"
    past = f"({order.key}, {listing.id}) {than} ({listing.parameter(position.key)}, {id_})"
    return f"{past} OR {order.key} IS NULL" if order.has_nulls and not backwards else past


def _ordering(listing: Listing, order: Order, backwards: bool) -> str:
    direction = "DESC" if order.is_descending != backwards else "ASC"
    nulls = [f"{order.key} IS NULL {'DESC' if backwards else 'ASC'}"] if order.has_nulls else []
    return ", ".join([*nulls, f"{order.key} {direction}", f"{listing.id} {direction}"])


def _key(value: object, kind: KeyKind) -> Key:
    """A key from a row of either engine, or from a cursor. Raises ValueError for text that is no such key."""
    if kind is KeyKind.DAY:
        return as_day(value)
    if kind is KeyKind.INSTANT:
        return as_instant(value)
    return value if value is None else str(value)


def _encoded(order: Order, key: Key, row_id: str) -> str:
    text = key if key is None or isinstance(key, str) else key.isoformat()
    return base64.urlsafe_b64encode(orjson.dumps([order.name, text, row_id])).rstrip(b"=").decode("ascii")


def _decoded(cursor: str, order: Order, prefix: str) -> _Position:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, text, row_id = orjson.loads(packed)
        known = name == order.name and isinstance(row_id, str) and ids.prefix_of(row_id) == prefix
        key = _key(_checked(text, order), order.kind) if known else None
    except (ValueError, TypeError, OverflowError) as error:
        raise BadCursor from error
    if not known:
        raise BadCursor
    return _Position(key, row_id)


def _checked(value: object, order: Order) -> str | None:
    """The key in a cursor as text. Raises ValueError; null is accepted only where rows may have no key."""
    if value is None and order.has_nulls:
        return None
    # PostgreSQL refuses text with a NUL
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("a key is a text")
    if order.kind is KeyKind.INSTANT and datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("an instant has a zone")
    return value
