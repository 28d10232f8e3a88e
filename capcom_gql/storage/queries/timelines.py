"""The timelines of many organisations at once, so that a list of a hundred asks as few statements as one of ten."""

from collections.abc import Collection, Sequence

from capcom_gql.storage import ids
from capcom_gql.storage.engine import database
from capcom_gql.storage.queries.keyset import BadCursor, Listing, Page, Window, pages_by
from capcom_gql.storage.queries.lists import NEWEST_EVENT, EventFilter, events_page

NOTHING = Page((), (), has_next_page=False, has_previous_page=False)


async def timelines(asked: Sequence[tuple[str, Window]]) -> list[Page | BadCursor]:
    """For each organisation and window the page of its events, newest first; BadCursor for a cursor that is none.

    Windows without cursor go together; a cursor is of one organisation's list, and asks by itself.
    """
    found: dict[tuple[str, Window], Page | BadCursor] = {}
    plain = {window for _, window in asked if window.after is None and window.before is None}
    for window in plain:
        of = {organisation_id for organisation_id, its in asked if its == window}
        pages = await pages_by(_events_of(of), NEWEST_EVENT, window, "event.organisation_id")
        found |= {(each, window): pages.get(each, NOTHING) for each in of}
    for organisation_id, window in asked:
        if window not in plain:
            found[organisation_id, window] = await _page_of(organisation_id, window)
    return [found[each] for each in asked]


async def timeline_totals(organisation_ids: Sequence[str]) -> list[int]:
    """How many events each organisation has."""
    listing = _events_of(organisation_ids)
    sql = listing.sql("event.organisation_id AS list, count(*) AS count", tail="GROUP BY event.organisation_id")
    counts = {row["list"]: int(row["count"]) for row in await database.rows(sql, listing.parameters)}
    return [counts.get(each, 0) for each in organisation_ids]


def _events_of(organisation_ids: Collection[str]) -> Listing:
    listing = Listing("event", "event.id", ids.EVENT)
    listing.where(listing.among("event.organisation_id", organisation_ids))
    return listing


async def _page_of(organisation_id: str, window: Window) -> Page | BadCursor:
    try:
        return await events_page(
            window, filter=EventFilter(organisation_id=organisation_id), visible_organisations=None
        )
    except BadCursor as error:
        return error
