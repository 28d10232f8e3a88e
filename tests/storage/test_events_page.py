"""The list of events: newest first, between two instants, for whom (both engines)."""

from datetime import UTC, timedelta, timezone

import pytest

from capcom_gql.storage.queries.lists import EventFilter, Window, events_page, events_total
from capcom_gql.storage.tables import Event
from tests.storage.rows import NOON, an_event, an_organisation

ALL = Window(first=100)
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-5))])
async def test_the_instants_of_a_filter_in_any_zone(database: str, zone: timezone) -> None:
    before, on, after = (an_event(at=NOON + step * A_SECOND) for step in (-1, 0, 1))
    await Event.bulk_create([before, on, after])
    moment = NOON.astimezone(zone)
    since, until = EventFilter(since=moment), EventFilter(until=moment)
    assert (await events_page(ALL, filter=since, visible_organisations=None)).ids == (after.id, on.id)
    assert (await events_page(ALL, filter=until, visible_organisations=None)).ids == (before.id,)


async def test_the_instant_of_a_filter_is_never_naive(database: str) -> None:
    naive = NOON.replace(tzinfo=None)
    for asked in (EventFilter(since=naive), EventFilter(until=naive)):
        with pytest.raises(ValueError, match="time zone"):
            await events_page(ALL, filter=asked, visible_organisations=None)
        with pytest.raises(ValueError, match="time zone"):
            await events_total(filter=asked, visible_organisations=None)


async def test_events_of_nobody_are_for_who_sees_all(database: str) -> None:
    town = an_organisation()
    await town.save(force_create=True)
    theirs, nobodys = an_event(town.id, at=NOON), an_event(None, at=NOON + A_SECOND)
    await Event.bulk_create([theirs, nobodys])
    everything = EventFilter()
    assert (await events_page(ALL, filter=everything, visible_organisations=None)).ids == (nobodys.id, theirs.id)
    assert (await events_page(ALL, filter=everything, visible_organisations=frozenset({town.id}))).ids == (theirs.id,)


async def test_a_filter_of_more_kinds_than_a_statement_has_room_for(database: str) -> None:
    about, other = an_event(at=NOON), an_event(kind="seat.added", at=NOON)
    await Event.bulk_create([about, other])
    unknown = tuple(f"kind {number}" for number in range(40_000))
    for kinds, found in (((*unknown, about.kind), (about.id,)), ((about.kind,) * 40_000, (about.id,)), (unknown, ())):
        asked = EventFilter(kinds=kinds)
        assert (await events_page(ALL, filter=asked, visible_organisations=None)).ids == found
        assert await events_total(filter=asked, visible_organisations=None) == len(found)
