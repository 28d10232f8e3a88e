"""The list of support requests for staff, newest first: open, closed or both (R20)."""

from capcom_gql.storage import ids
from capcom_gql.storage.queries.keyset import KeyKind, Listing, Order, Page, Window, count_of, page_of

__all__ = ["support_requests_page", "support_requests_total"]

_NEWEST = Order("opened_at", "supportrequest.opened_at", KeyKind.INSTANT, is_descending=True)


async def support_requests_page(window: Window, *, is_open: bool | None) -> Page:
    """One page of support request ids, newest first by `opened_at`. Raises BadCursor.

    `is_open` True lists those that await an answer, False the answered ones, None all.
    """
    return await page_of(_requests(is_open), _NEWEST, window)


async def support_requests_total(*, is_open: bool | None) -> int:
    """How many requests the whole list of `support_requests_page` has."""
    return await count_of(_requests(is_open))


def _requests(is_open: bool | None) -> Listing:
    listing = Listing("supportrequest", "supportrequest.id", ids.SUPPORT_REQUEST)
    if is_open is not None:
        listing.where(f"supportrequest.closed_at IS {'NULL' if is_open else 'NOT NULL'}")
    return listing
