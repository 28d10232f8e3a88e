"""Export the deliveries, newest first."""

from collections.abc import AsyncIterator

from capcom_gql.domain.letters import WAITING
from capcom_gql.services.exporting.walk_pages import walk_pages
from capcom_gql.spreadsheet import Cell
from capcom_gql.storage.queries.delivery_list import DeliveryFilter, deliveries_page
from capcom_gql.storage.queries.keyset import Page, Window
from capcom_gql.storage.tables import Delivery, Event

DELIVERY_COLUMNS = (
    "delivery_id",
    "created_at",
    "topic",
    "channel",
    "recipient",
    "state",
    "reason",
    "subject",
    "attempts",
    "due_at",
    "next_attempt_at",
    "sent_at",
    "event_id",
    "event_kind",
    "organisation_id",
    "organisation",
    "person_id",
)
"""The columns of a row; `next_attempt_at` is filled only while an attempt is to come."""


async def delivery_rows() -> AsyncIterator[tuple[Cell, ...]]:
    """A row of `DELIVERY_COLUMNS` for each delivery, newest first; instants are in UTC."""

    async def find(window: Window) -> Page:
        return await deliveries_page(window, filter=DeliveryFilter(), visible_organisations=None)

    async for ids in walk_pages(find):
        found = {each.id: each for each in await Delivery.filter(id__in=ids).prefetch_related("event__organisation")}
        for each in (found[id_] for id_ in ids if id_ in found):
            yield _cells(each, each.event)


def _cells(each: Delivery, event: Event) -> tuple[Cell, ...]:
    return (
        each.id,
        each.created_at,
        each.topic,
        each.channel,
        each.recipient,
        each.state,
        each.reason,
        each.subject,
        each.attempt,
        each.due_at,
        each.next_attempt_at if each.state in WAITING else None,
        each.sent_at,
        event.id,
        event.kind,
        event.organisation_id,
        None if event.organisation is None else event.organisation.name,
        each.person_id,
    )
