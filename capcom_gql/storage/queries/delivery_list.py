"""The list of deliveries, newest first, and which manager may read each.

A manager reads the letters about their organisation that were sent to anyone who has, or had, a seat in it; not the
notices to staff, nor letters to a signer who is not a user.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from capcom_gql.domain.letters import DeliveryState
from capcom_gql.storage import ids
from capcom_gql.storage.engine import database
from capcom_gql.storage.queries.keyset import KeyKind, Listing, Order, Page, Window, count_of, page_of

_NEWEST = Order("created_at", "delivery.created_at", KeyKind.INSTANT, is_descending=True)
_WITH_EVENT = "delivery JOIN event ON event.id = delivery.event_id"
_TO_ITS_USERS = """
    EXISTS (
        SELECT 1 FROM seat JOIN subscription ON subscription.id = seat.subscription_id
        WHERE seat.person_id = delivery.person_id AND subscription.organisation_id = event.organisation_id
    )
"""


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Conditions on deliveries, all of which must be met; None and an empty `states` set no condition."""

    states: tuple[DeliveryState, ...] = ()
    """any of these"""
    channel: str | None = None
    """the name of a channel"""
    topic: str | None = None
    """a letter's topic, or an event's kind for deliveries to endpoints"""
    organisation_id: str | None = None
    """the organisation of the event, whoever the recipient is"""


async def deliveries_page(
    window: Window, *, filter: DeliveryFilter, visible_organisations: frozenset[str] | None
) -> Page:
    """One page of delivery ids, newest first by `created_at`. Raises BadCursor.

    Only letters to the users of `visible_organisations` are listed; all deliveries where it is None.
    """
    return await page_of(_deliveries(filter, visible_organisations), _NEWEST, window)


async def deliveries_total(*, filter: DeliveryFilter, visible_organisations: frozenset[str] | None) -> int:
    """How many deliveries the whole list of `deliveries_page` has."""
    return await count_of(_deliveries(filter, visible_organisations))


async def managing_organisations(delivery_ids: Sequence[str]) -> list[str | None]:
    """For each delivery, in order, the id of the organisation whose manager may read it; None where no manager may."""
    listing = Listing(_WITH_EVENT, "delivery.id", ids.DELIVERY)
    listing.where(listing.among("delivery.id", delivery_ids))
    listing.where(_TO_ITS_USERS)
    found = await database.rows(listing.sql("delivery.id, event.organisation_id"), listing.parameters)
    organisations = {row["id"]: row["organisation_id"] for row in found}
    return [organisations.get(each) for each in delivery_ids]


def _deliveries(filter: DeliveryFilter, organisations: frozenset[str] | None) -> Listing:
    needs_event = organisations is not None or filter.organisation_id is not None
    listing = Listing(_WITH_EVENT if needs_event else "delivery", "delivery.id", ids.DELIVERY)
    if organisations is not None:
        listing.where(listing.among("event.organisation_id", organisations))
        listing.where(_TO_ITS_USERS)
    if filter.states:
        listing.where(listing.among("delivery.state", filter.states))
    for column, value in (
        ("delivery.channel", filter.channel),
        ("delivery.topic", filter.topic),
        ("event.organisation_id", filter.organisation_id),
    ):
        if value is not None:
            listing.where(f"{column} = {listing.parameter(value)}")
    return listing
