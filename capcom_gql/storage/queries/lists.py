"""The three lists that callers page through: organisations, redemptions, events.

Each takes what the caller may see as an argument and answers ids, in order, with their cursors; the count of the whole
list is asked apart. Both engines give the same rows in the same order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import orjson

from capcom_gql.domain.discounts import RedemptionState
from capcom_gql.domain.events import Kind
from capcom_gql.domain.lifecycle import SubscriptionState
from capcom_gql.storage import ids
from capcom_gql.storage.engine import database
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.queries.keyset import (
    BadCursor,
    BadWindow,
    KeyKind,
    Listing,
    Order,
    Page,
    Window,
    count_of,
    page_of,
)
from capcom_gql.storage.queries.status_sql import redemption_state, statuses

__all__ = [
    "BadCursor",
    "BadWindow",
    "EventFilter",
    "OrganisationFilter",
    "OrganisationOrder",
    "OrganisationOrderField",
    "Page",
    "RedemptionFilter",
    "Window",
    "events_page",
    "events_total",
    "organisations_page",
    "organisations_total",
    "redemptions_page",
    "redemptions_total",
]


class OrganisationOrderField(StrEnum):
    """What the list of organisations is ordered by; what has no such day comes last, whatever the direction."""

    NAME = "NAME"
    ENDS_ON = "ENDS_ON"
    PROOF_DUE_ON = "PROOF_DUE_ON"
    CREATED_AT = "CREATED_AT"


@dataclass(frozen=True, slots=True)
class OrganisationOrder:
    """An order of the list of organisations; names go by their folded form (no case, no accents)."""

    field: OrganisationOrderField = OrganisationOrderField.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """Which organisations; every condition given is met.

    States and days are those of `lifecycle.subscription_status` on the day.

    `search`: every word, in any case and with or without accents, stands somewhere in the name, city, postal code or
    SIRET. `states`: any of them; empty means all. `plan_code`: of the term that speaks. `ends_on_from` and `ends_on_to`
    are inclusive. `proof_due_before`: a proof is awaited and its last day is strictly before that day.
    """

    search: str | None = None
    states: tuple[SubscriptionState, ...] = ()
    plan_code: str | None = None
    ends_on_from: date | None = None
    ends_on_to: date | None = None
    proof_due_before: date | None = None


@dataclass(frozen=True, slots=True)
class RedemptionFilter:
    """Which redemptions; every condition given is met. `states`: any of them, as on the day; empty means all."""

    organisation_id: str | None = None
    event_reference: str | None = None
    registration_reference: str | None = None
    states: tuple[RedemptionState, ...] = ()


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; every condition given is met. `kinds`: any of them; empty means all.

    An event counts from `since` (inclusive) until `until` (exclusive), by the instant it occurred at; both aware.
    """

    kinds: tuple[str, ...] = ()
    organisation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def organisations_page(
    window: Window,
    *,
    filter: OrganisationFilter,
    order: OrganisationOrder,
    today: date,
    visible: frozenset[str] | None,
) -> Page:
    """One page of organisation ids; `visible` are the ids that the caller may see, None for all. Raises BadCursor."""
    listing = _organisations(filter, today, visible, order.field)
    return await page_of(listing, _organisation_order(order), window)


async def organisations_total(*, filter: OrganisationFilter, today: date, visible: frozenset[str] | None) -> int:
    """How many organisations the whole list has."""
    return await count_of(_organisations(filter, today, visible))


async def redemptions_page(
    window: Window,
    *,
    filter: RedemptionFilter,
    today: date,
    visible_organisations: frozenset[str] | None,
    person_id: str | None = None,
    redeemed_by: str | None = None,
) -> Page:
    """One page of redemption ids, newest first. Raises BadCursor.

    The caller sees the redemptions of `visible_organisations` (None for all), and besides those of one person (their
    own), and those that one API key made (its own).
    """
    listing = _redemptions(filter, today, visible_organisations, person_id, redeemed_by)
    return await page_of(listing, _NEWEST_REDEMPTION, window)


async def redemptions_total(
    *,
    filter: RedemptionFilter,
    today: date,
    visible_organisations: frozenset[str] | None,
    person_id: str | None = None,
    redeemed_by: str | None = None,
) -> int:
    """How many redemptions the whole list has, seen as `redemptions_page` sees them."""
    return await count_of(_redemptions(filter, today, visible_organisations, person_id, redeemed_by))


async def events_page(window: Window, *, filter: EventFilter, visible_organisations: frozenset[str] | None) -> Page:
    """One page of event ids, newest first by when they occurred. Raises BadCursor, ValueError for a naive instant.

    Events of no organisation are seen by who sees all (`visible_organisations` None).
    """
    return await page_of(_events(filter, visible_organisations), NEWEST_EVENT, window)


async def events_total(*, filter: EventFilter, visible_organisations: frozenset[str] | None) -> int:
    """How many events the whole list has. Raises ValueError for a naive instant."""
    return await count_of(_events(filter, visible_organisations))


_NEWEST_REDEMPTION = Order("redeemed_at", "redemption.redeemed_at", KeyKind.INSTANT, is_descending=True)
NEWEST_EVENT = Order("occurred_at", "event.occurred_at", KeyKind.INSTANT, is_descending=True)
_ORGANISATION_KEYS = {
    OrganisationOrderField.NAME: ("organisation.name_folded", KeyKind.TEXT, False),
    OrganisationOrderField.ENDS_ON: ("standing.ends_on", KeyKind.DAY, True),
    OrganisationOrderField.PROOF_DUE_ON: ("standing.proof_due_on", KeyKind.DAY, True),
    OrganisationOrderField.CREATED_AT: ("organisation.created_at", KeyKind.INSTANT, False),
}
_ORDERS_BY_STANDING = frozenset({OrganisationOrderField.ENDS_ON, OrganisationOrderField.PROOF_DUE_ON})


def _organisation_order(order: OrganisationOrder) -> Order:
    key, kind, has_nulls = _ORGANISATION_KEYS[order.field]
    return Order(order.field.value, key, kind, is_descending=order.descending, has_nulls=has_nulls)


def _organisations(
    filter: OrganisationFilter, today: date, visible: frozenset[str] | None, by: OrganisationOrderField | None = None
) -> Listing:
    listing = Listing("organisation", "organisation.id", ids.ORGANISATION)
    if by in _ORDERS_BY_STANDING or _asks_standing(filter):
        _join_standings(listing, today, visible)
    if visible is not None:
        listing.where(listing.among("organisation.id", visible))
    if filter.search is not None:
        _search(listing, filter.search)
    if filter.states:
        listing.where(listing.among("standing.state", filter.states))
    for column, comparison, value in (
        ("standing.plan_code", "=", filter.plan_code),
        ("standing.ends_on", ">=", filter.ends_on_from),
        ("standing.ends_on", "<=", filter.ends_on_to),
        ("standing.proof_due_on", "<", filter.proof_due_before),
    ):
        if value is not None:
            listing.where(f"{column} {comparison} {listing.parameter(value)}")
    return listing


def _asks_standing(filter: OrganisationFilter) -> bool:
    days = (filter.ends_on_from, filter.ends_on_to, filter.proof_due_before)
    return bool(filter.states) or filter.plan_code is not None or any(day is not None for day in days)


def _join_standings(listing: Listing, today: date, visible: frozenset[str] | None) -> None:
    narrowed = "TRUE" if visible is None else listing.among("organisation.id", visible)
    stands = statuses(listing.parameter(today), narrowed)
    listing.source = f"organisation JOIN ({stands}) AS standing ON standing.organisation_id = organisation.id"


def _search(listing: Listing, text: str) -> None:
    """Every word stands in the text that is searched; a search of signs alone finds nothing."""
    words = sorted(set(folded(text).split()))
    if words:
        given = listing.parameter(orjson.dumps(words).decode())
        if database.is_postgres():
            each, found = f"json_array_elements_text({given}::json) AS word(value)", "strpos"
        else:
            each, found = f"json_each({given}) AS word", "instr"
        missing = f"SELECT 1 FROM {each} WHERE {found}(organisation.search_folded, word.value) = 0"
        listing.where(f"NOT EXISTS ({missing})")
    elif text.strip():
        listing.where("FALSE")


def _redemptions(
    filter: RedemptionFilter,
    today: date,
    organisations: frozenset[str] | None,
    person_id: str | None,
    redeemed_by: str | None,
) -> Listing:
    source = "redemption JOIN term ON term.id = redemption.term_id" if filter.states else "redemption"
    listing = Listing(source, "redemption.id", ids.REDEMPTION)
    if organisations is not None:
        seen = [listing.among("redemption.organisation_id", organisations)]
        seen += _equal(listing, {"redemption.person_id": person_id, "redemption.redeemed_by": redeemed_by})
        listing.where(" OR ".join(seen))
    asked = {
        "redemption.organisation_id": filter.organisation_id,
        "redemption.event_reference": filter.event_reference,
        "redemption.registration_reference": filter.registration_reference,
    }
    for condition in _equal(listing, asked):
        listing.where(condition)
    if filter.states:
        listing.where(listing.among(redemption_state(listing.parameter(today)), filter.states))
    return listing


def _events(filter: EventFilter, organisations: frozenset[str] | None) -> Listing:
    listing = Listing("event", "event.id", ids.EVENT)
    if organisations is not None:
        listing.where(listing.among("event.organisation_id", organisations))
    for condition in _equal(listing, {"event.organisation_id": filter.organisation_id}):
        listing.where(condition)
    if filter.kinds:
        # what is no kind names no event, however many of them a caller asks
        listing.where(listing.among("event.kind", set(Kind) & set(filter.kinds)))
    for comparison, instant in ((">=", filter.since), ("<", filter.until)):
        if instant is not None:
            listing.where(f"event.occurred_at {comparison} {listing.parameter(instant)}")
    return listing


def _equal(listing: Listing, asked: Mapping[str, str | None]) -> list[str]:
    return [f"{column} = {listing.parameter(value)}" for column, value in asked.items() if value is not None]
