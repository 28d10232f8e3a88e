"""Rows come and go while a list is walked: every page is exactly what follows the cursor then, either way.

So nothing that stays is missed or met twice, whatever is added or removed between pages, also the cursor's own row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from capcom_gql.storage.queries.lists import Page, Window
from tests.storage.shelves import Shelf, every_shelf

# the fixture is one database for all examples: each ends by taking back what it wrote
PROPERTY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS = st.integers(0, 4)
CHANGES = st.lists(st.tuples(st.booleans(), KEYS, st.integers(0, 9)), max_size=3)
"""Each adds a row with a key, or removes one of those that there are."""
MOST_PAGES = 40


class TakenBack(Exception):
    """Ends the transaction of an example."""


@dataclass
class Model:
    """What is on a shelf, and what ever was, so that a cursor keeps its place though its row has gone."""

    shelf: Shelf
    ever: dict[str, int | None] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    async def change(self, changes: Sequence[tuple[bool, int, int]]) -> None:
        """Add and remove."""
        for adds, key, which in changes:
            there = [each for each in self.in_order() if each not in self.gone]
            if adds or not there or not self.shelf.loses:
                given = None if self.shelf.has_nulls and key == 0 else key
                self.ever[await self.shelf.add(given)] = given
            else:
                row_id = there[which % len(there)]
                await self.shelf.remove(row_id)
                self.gone.add(row_id)

    def in_order(self) -> list[str]:
        """Every row that ever was, in the order of the list: without a key last, ties by id."""
        keyed = sorted((key, row_id) for row_id, key in self.ever.items() if key is not None)
        others = sorted(row_id for row_id, key in self.ever.items() if key is None)
        if self.shelf.is_descending:
            keyed, others = keyed[::-1], others[::-1]
        return [row_id for _, row_id in keyed] + others

    def around(self, row_id: str | None, *, backwards: bool) -> tuple[list[str], list[str]]:
        """What there is beyond a cursor, and what there is on its near side, its own row with it."""
        order = self.in_order()
        if backwards:
            order.reverse()
        place = 0 if row_id is None else order.index(row_id) + 1
        beyond, before = order[place:], order[:place]
        return [each for each in beyond if each not in self.gone], [each for each in before if each not in self.gone]


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("name", every_shelf())
@PROPERTY
# one row alone behind the cursor; rows that go on either side of it, its own too; ties, and rows without a key
@example(at_first=[1, 2], changes=[], size=1)
@example(at_first=[1, 2, 3, 4], changes=[[(False, 0, 0)], [(True, 1, 0), (False, 0, 1)], [(False, 0, 0)]], size=1)
@example(at_first=[0, 0, 2, 2, 4], changes=[[(True, 4, 0), (True, 0, 0)], [(False, 0, 2)]], size=2)
@given(at_first=st.lists(KEYS, max_size=7), changes=st.lists(CHANGES, max_size=6), size=st.integers(1, 3))
async def test_every_page_is_what_follows_the_cursor_then(
    database: str,
    name: str,
    backwards: bool,
    at_first: list[int],
    changes: list[list[tuple[bool, int, int]]],
    size: int,
) -> None:
    with pytest.raises(TakenBack):
        async with in_transaction():
            model = Model(every_shelf()[name])
            await model.change([(True, key, 0) for key in at_first])
            stays = {*model.ever}
            met = await _walk(model, changes, size, backwards=backwards)
            assert len(set(met)) == len(met)
            assert stays - model.gone <= set(met)
            raise TakenBack


async def _walk(model: Model, changes: list[list[tuple[bool, int, int]]], size: int, *, backwards: bool) -> list[str]:
    """Every id that the pages held, from the list's near end to its far one."""
    met: list[str] = []
    cursor, row_id, upcoming = None, None, iter(changes)
    for _ in range(MOST_PAGES):
        window = Window(last=size, before=cursor) if backwards else Window(first=size, after=cursor)
        page = await model.shelf.page(window)
        found = page.ids[::-1] if backwards else page.ids
        beyond, near = model.around(row_id, backwards=backwards)
        assert list(found) == beyond[:size]
        assert _flags(page, backwards=backwards) == (len(beyond) > size, bool(near))
        met += found
        if len(beyond) <= size:
            return met
        row_id, cursor = found[-1], page.start_cursor if backwards else page.end_cursor
        await model.change(next(upcoming, []))
    raise AssertionError("a list that grows by less than it is read comes to an end")


def _flags(page: Page, *, backwards: bool) -> tuple[bool, bool]:
    """Whether the list goes on in the direction of the walk, and whether it has something behind."""
    flags = page.has_next_page, page.has_previous_page
    return flags[::-1] if backwards else flags
