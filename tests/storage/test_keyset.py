"""Windows and cursors: what is refused, and what stays stable while rows come and go (both engines)."""

import base64
from datetime import timedelta

import orjson
import pytest

from capcom_gql.storage.queries.lists import (
    BadCursor,
    BadWindow,
    EventFilter,
    OrganisationFilter,
    OrganisationOrder,
    OrganisationOrderField,
    Page,
    Window,
    events_page,
    organisations_page,
)
from capcom_gql.storage.tables import Event, Organisation
from tests.databases import ONLY_SQLITE
from tests.domain.words import day
from tests.storage.rows import NOON, an_event, an_organisation

TODAY = day("2026-12-20")
A_SECOND = timedelta(seconds=1)
ORGANISATION, EVENT = "org_01jx2h8k0000000000000000aa", "event_01jx2h8k0000000000000000aa"


def packed(value: object) -> str:
    """A cursor as a forger would make it."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


async def events(window: Window) -> Page:
    """A page of all events."""
    return await events_page(window, filter=EventFilter(), visible_organisations=None)


async def organisations(window: Window, field: OrganisationOrderField = OrganisationOrderField.NAME) -> Page:
    """A page of all organisations."""
    order = OrganisationOrder(field)
    return await organisations_page(window, filter=OrganisationFilter(), order=order, today=TODAY, visible=None)


async def write_events(*seconds: int) -> list[str]:
    """Ids of new events at these seconds after noon."""
    rows = [an_event(at=NOON + second * A_SECOND) for second in seconds]
    await Event.bulk_create(rows)
    return [row.id for row in rows]


def test_a_window_is_of_twenty_rows_unless_it_says() -> None:
    assert (Window().size, Window().is_backwards) == (20, False)
    assert (Window(first=7).size, Window(last=8).size) == (7, 8)
    assert [Window(last=1).is_backwards, Window(before="x").is_backwards] == [True, True]
    assert [Window(first=1, before="x").is_backwards, Window(after="x", before="y").is_backwards] == [False, False]


@pytest.mark.parametrize("size", [1, 100])
def test_a_window_of_one_to_a_hundred_rows(size: int) -> None:
    assert Window(first=size).size == Window(last=size).size == size


@pytest.mark.parametrize("size", [0, -1, 101])
def test_a_window_of_any_other_size_is_refused(size: int) -> None:
    with pytest.raises(BadWindow, match="first is from 1 to 100"):
        Window(first=size)
    with pytest.raises(BadWindow, match="last is from 1 to 100"):
        Window(last=size)


def test_a_window_has_one_end() -> None:
    with pytest.raises(BadWindow, match="not both"):
        Window(first=1, last=1)


@ONLY_SQLITE
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "é",
        "not base64!",
        "AAAA\n",
        "YQ",
        packed(None),
        packed({}),
        packed([]),
        packed(["occurred_at", NOON.isoformat()]),
        packed(["occurred_at", NOON.isoformat(), EVENT, 1]),
        packed(["occurred_at", NOON.isoformat(), ORGANISATION]),
        packed(["occurred_at", NOON.isoformat(), "event_x"]),
        packed(["occurred_at", NOON.isoformat(), 5]),
        packed(["redeemed_at", NOON.isoformat(), EVENT]),
        packed(["occurred_at", None, EVENT]),
        packed(["occurred_at", 5, EVENT]),
        packed(["occurred_at", "noon", EVENT]),
        packed(["occurred_at", "2026-12-09 11:00:00", EVENT]),
        packed(["occurred_at", "0001-01-01 00:00:00+23:00", EVENT]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b'["occurred_at","\xff","x"]').decode(),
    ],
)
async def test_a_cursor_that_no_list_gave_is_refused(database: str, cursor: str) -> None:
    with pytest.raises(BadCursor, match="take one from an earlier page"):
        await events(Window(first=1, after=cursor))
    with pytest.raises(ValueError, match="take one from an earlier page"):
        await events(Window(last=1, before=cursor))


@ONLY_SQLITE
@pytest.mark.parametrize("cursor", [packed(["NAME", "a\0b", ORGANISATION]), packed(["NAME", None, ORGANISATION])])
async def test_a_name_no_database_keeps_is_refused_in_a_cursor(database: str, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await organisations(Window(after=cursor))


async def test_a_cursor_serves_its_own_order_only(database: str) -> None:
    await an_organisation().save(force_create=True)
    fields = list(OrganisationOrderField)
    for field in fields:
        cursor = (await organisations(Window(), field)).end_cursor
        for other in fields:
            if other is field:
                assert (await organisations(Window(after=cursor), other)).ids == ()
            else:
                with pytest.raises(BadCursor):
                    await organisations(Window(after=cursor), other)


async def test_an_empty_list_is_one_empty_page(database: str) -> None:
    assert await events(Window()) == await events(Window(last=5)) == Page((), (), False, False)


async def test_both_cursors_bound_a_window(database: str) -> None:
    await write_events(1, 2, 3, 4, 5)
    page = await events(Window())
    everything, (fifth, fourth, third, second, first) = page.ids, page.cursors
    middle = await events(Window(first=2, after=fifth, before=first))
    assert (middle.ids, middle.has_next_page, middle.has_previous_page) == (everything[1:3], True, True)
    whole = await events(Window(after=fifth, before=first))
    assert (whole.ids, whole.has_next_page, whole.has_previous_page) == (everything[1:4], True, True)
    backwards = await events(Window(last=2, after=fourth, before=second))
    assert (backwards.ids, backwards.has_next_page, backwards.has_previous_page) == (everything[2:3], True, True)
    assert (await events(Window(after=third, before=third))).ids == ()


async def test_rows_added_meanwhile_shift_nothing(database: str) -> None:
    third, fourth, second = await write_events(3, 4, 2)
    page = await events(Window(first=2))
    assert page.ids == (fourth, third)
    sixth, first = await write_events(6, 1)
    following = await events(Window(first=2, after=page.end_cursor))
    assert following.ids == (second, first)
    back = await events(Window(last=5, before=following.start_cursor))
    assert back.ids == (sixth, fourth, third)


async def test_the_cursor_of_a_row_that_left_the_list_still_serves(database: str) -> None:
    for name in ("a", "b", "c"):
        await an_organisation(name).save(force_create=True)
    everything = await organisations(Window())
    await _gone(everything.ids[1])
    after = await organisations(Window(after=everything.cursors[1]))
    assert (after.ids, after.has_previous_page) == (everything.ids[2:], True)
    await _gone(everything.ids[0])
    alone = await organisations(Window(after=everything.cursors[1]))
    assert (alone.ids, alone.has_previous_page, alone.has_next_page) == (everything.ids[2:], False, False)


async def _gone(organisation_id: str) -> None:
    await Organisation.filter(id=organisation_id).delete()
