"""The timelines (events) of many organisations in as few statements as those of one, for lists of organisations."""

from collections.abc import Collection, Sequence

from capcom_gql.storage import ids
from capcom_gql.storage.engine import database
from capcom_gql.storage.queries.keyset import BadCursor, Listing, Page, Window, pages_by
from capcom_gql.storage.queries.lists import NEWEST_EVENT, EventFilter, events_page

EMPTY_PAGE = Page((), (), has_next_page=False, has_previous_page=False)
"""The page of a list without rows."""


async def timelines(requests: Sequence[tuple[str, Window]]) -> list[Page | BadCursor]:
    """For each organisation id and window, in order, the page of its events, newest first; or the BadCursor of it.

    Equal windows without a cursor share one statement; each window with a cursor needs its own.
    """
    found: dict[tuple[str, Window], Page | BadCursor] = {}
    plain = {window for _, window in requests if window.after is None and window.before is None}
    for window in plain:
        organisation_ids = {organisation_id for organisation_id, window_of_it in requests if window_of_it == window}
        pages = await pages_by(_events_of(organisation_ids), NEWEST_EVENT, window, "event.organisation_id")
        found |= {(each, window): pages.get(each, EMPTY_PAGE) for each in organisation_ids}
    for organisation_id, window in requests:
        if window not in plain:
            found[organisation_id, window] = await _page_of(organisation_id, window)
    return [found[each] for each in requests]


async def timeline_totals(organisation_ids: Sequence[str]) -> list[int]:
    """How many events each organisation has, in the order of the ids."""
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
