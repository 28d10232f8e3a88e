"""The list of deliveries that callers page through, newest first, and whose each of them is to read.

A manager reads the letters about their organisation that went to whoever holds, or held, a seat in it. A notice to the
staff, or a letter to a signer who is no user, speaks of the organisation without being its own.
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
    """Which deliveries; every condition given is met. `states`: any of them; empty means all.

    `organisation_id` is that of the event, whoever the letter went to.
    """

    states: tuple[DeliveryState, ...] = ()
    channel: str | None = None
    topic: str | None = None
    organisation_id: str | None = None


async def deliveries_page(
    window: Window, *, filter: DeliveryFilter, visible_organisations: frozenset[str] | None
) -> Page:
    """One page of delivery ids, newest first. Raises BadCursor.

    The caller sees the letters to the users of `visible_organisations`; None for every letter there is.
    """
    return await page_of(_deliveries(filter, visible_organisations), _NEWEST, window)


async def deliveries_total(*, filter: DeliveryFilter, visible_organisations: frozenset[str] | None) -> int:
    """How many deliveries the whole list has."""
    return await count_of(_deliveries(filter, visible_organisations))


async def organisations_shown(delivery_ids: Sequence[str]) -> list[str | None]:
    """For each delivery the organisation whose manager may read it; None where no manager may."""
    listing = Listing(_WITH_EVENT, "delivery.id", ids.DELIVERY)
    listing.where(listing.among("delivery.id", delivery_ids))
    listing.where(_TO_ITS_USERS)
    found = await database.rows(listing.sql("delivery.id, event.organisation_id"), listing.parameters)
    shown = {row["id"]: row["organisation_id"] for row in found}
    return [shown.get(each) for each in delivery_ids]


def _deliveries(filter: DeliveryFilter, organisations: frozenset[str] | None) -> Listing:
    asks_event = organisations is not None or filter.organisation_id is not None
    listing = Listing(_WITH_EVENT if asks_event else "delivery", "delivery.id", ids.DELIVERY)
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
