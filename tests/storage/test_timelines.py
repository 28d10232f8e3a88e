"""The timelines of several organisations at once are those that each would be told alone."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from capcom_gql.storage import ids
from capcom_gql.storage.queries.keyset import BadCursor, Listing, pages_by
from capcom_gql.storage.queries.lists import NEWEST_EVENT, EventFilter, Page, Window, events_page, events_total
from capcom_gql.storage.queries.timelines import timeline_totals, timelines
from capcom_gql.storage.tables import Event
from tests.storage.rows import NOON, an_event, an_organisation

# the fixture is one database for all examples: each ends by taking back what it wrote
PROPERTY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOWNS = 3
SIZES = st.none() | st.integers(1, 3)
WINDOWS = st.builds(Window, first=SIZES) | st.builds(Window, last=SIZES)


class TakenBack(Exception):
    """Ends the transaction of an example."""


@PROPERTY
# every town has as many rows as fit, one more, fewer
@example(made=[(0, 0), (1, 1), (0, 2), (1, 1), (0, 1), (2, 0)], window=Window(first=2), another=Window(last=1))
@example(made=[(2, 0), (1, 1), (2, 2), (1, 1), (2, 1), (0, 0)], window=Window(last=2), another=Window(first=1))
@given(
    made=st.lists(st.tuples(st.integers(0, TOWNS - 1), st.integers(0, 2)), min_size=3, max_size=12),
    window=WINDOWS,
    another=WINDOWS,
)
async def test_several_at_once_are_those_of_each_alone(
    database: str, made: list[tuple[int, int]], window: Window, another: Window
) -> None:
    with pytest.raises(TakenBack):
        async with in_transaction():
            towns = [an_organisation() for _ in range(TOWNS)]
            for town in towns:
                await town.save(force_create=True)
            rows = [an_event(towns[index].id, at=NOON + timedelta(seconds=second)) for index, second in made]
            if rows:
                await Event.bulk_create(rows)

            async def alone(town_id: str, window: Window) -> Page:
                return await events_page(
                    window, filter=EventFilter(organisation_id=town_id), visible_organisations=None
                )

            asked = [(town.id, each) for town in towns for each in (window, another)]
            # also from a cursor on, as a client that goes on with one of them
            cursors = [(town.id, (await alone(town.id, window)).end_cursor) for town in towns]
            for town_id, cursor in cursors:
                if cursor is not None:
                    asked += [(town_id, Window(first=2, after=cursor)), (town_id, Window(last=2, before=cursor))]
            assert await timelines(asked) == [await alone(*each) for each in asked]
            wanted = [
                await events_total(filter=EventFilter(organisation_id=town.id), visible_organisations=None)
                for town in towns
            ]
            assert await timeline_totals([town.id for town in towns]) == wanted
            raise TakenBack


async def test_a_cursor_that_is_none_spoils_no_other_page(database: str) -> None:
    town = an_organisation()
    await town.save(force_create=True)
    event = an_event(town.id)
    await event.save(force_create=True)
    bad, good = await timelines([(town.id, Window(after="none")), (town.id, Window())])
    assert isinstance(bad, BadCursor)
    assert not isinstance(good, BadCursor) and good.ids == (event.id,)


async def test_lists_are_cut_without_a_cursor_only(database: str) -> None:
    listing = Listing("event", "event.id", ids.EVENT)
    for window in (Window(after="x"), Window(before="x")):
        with pytest.raises(ValueError, match="of one list"):
            await pages_by(listing, NEWEST_EVENT, window, "event.organisation_id")
