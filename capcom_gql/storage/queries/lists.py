"""The lists of organisations, redemptions and events.

Each takes what the caller may see as an argument and returns a page of ids with their cursors; `..._total` counts the
whole list. Both engines give the same rows in the same order. Days are civil days of the operator's zone.
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
    """What the list of organisations is ordered by; organisations without such a day come last in both directions."""

    NAME = "NAME"
    """without case and accents"""
    ENDS_ON = "ENDS_ON"
    """the last day of the subscription"""
    PROOF_DUE_ON = "PROOF_DUE_ON"
    """the last day for the earliest payment proof that is awaited"""
    CREATED_AT = "CREATED_AT"


@dataclass(frozen=True, slots=True)
class OrganisationOrder:
    """An order of the list of organisations, by default by name."""

    field: OrganisationOrderField = OrganisationOrderField.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """Conditions on organisations and the status of their subscription, all of which must be met.

    None and an empty `states` set no condition. The status is that of `lifecycle.subscription_status` today.
    """

    search: str | None = None
    """words that must each be found in the name, city, postal code or SIRET, without case and accents"""
    states: tuple[SubscriptionState, ...] = ()
    """any of these"""
    plan_code: str | None = None
    """the plan of `SubscriptionStatus.term`"""
    ends_on_from: date | None = None
    """the earliest last day, inclusive"""
    ends_on_to: date | None = None
    """the latest last day, inclusive"""
    proof_due_before: date | None = None
    """a payment proof is awaited, and its last day is before this day"""


@dataclass(frozen=True, slots=True)
class RedemptionFilter:
    """Conditions on redemptions, all of which must be met; None and an empty `states` set no condition."""

    organisation_id: str | None = None
    event_reference: str | None = None
    registration_reference: str | None = None
    states: tuple[RedemptionState, ...] = ()
    """any of these, as `discounts.redemption_state` gives them today"""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Conditions on events, all of which must be met; None and empty `kinds` set no condition."""

    kinds: tuple[str, ...] = ()
    """any of these; unknown kinds match no event"""
    organisation_id: str | None = None
    since: datetime | None = None
    """the earliest `occurred_at`, inclusive; timezone-aware"""
    until: datetime | None = None
    """the latest `occurred_at`, exclusive; timezone-aware"""


async def organisations_page(
    window: Window,
    *,
    filter: OrganisationFilter,
    order: OrganisationOrder,
    today: date,
    visible: frozenset[str] | None,
) -> Page:
    """One page of organisation ids on the civil day `today`. Raises BadCursor.

    `visible` are the ids of the organisations that the caller may see; None for all.
    """
    listing = _organisations(filter, today, visible, order.field)
    return await page_of(listing, _organisation_order(order), window)


async def organisations_total(*, filter: OrganisationFilter, today: date, visible: frozenset[str] | None) -> int:
    """How many organisations the whole list of `organisations_page` has."""
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
    """One page of redemption ids, newest first by `redeemed_at`. Raises BadCursor.

    Listed are the redemptions of `visible_organisations` (None for all), of the person `person_id`, and those that the
    API key `redeemed_by` made.
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
    """How many redemptions the whole list of `redemptions_page` has."""
    return await count_of(_redemptions(filter, today, visible_organisations, person_id, redeemed_by))


async def events_page(window: Window, *, filter: EventFilter, visible_organisations: frozenset[str] | None) -> Page:
    """One page of event ids, newest first by `occurred_at`. Raises BadCursor, and ValueError for a naive instant.

    Listed are the events of `visible_organisations`; where it is None all, also those of no organisation.
    """
    return await page_of(_events(filter, visible_organisations), NEWEST_EVENT, window)


async def events_total(*, filter: EventFilter, visible_organisations: frozenset[str] | None) -> int:
    """How many events the whole list of `events_page` has. Raises ValueError for a naive instant."""
    return await count_of(_events(filter, visible_organisations))


_NEWEST_REDEMPTION = Order("redeemed_at", "redemption.redeemed_at", KeyKind.INSTANT, is_descending=True)
NEWEST_EVENT = Order("occurred_at", "event.occurred_at", KeyKind.INSTANT, is_descending=True)
"""The order of every list of events."""
_ORGANISATION_KEYS = {
    OrganisationOrderField.NAME: ("organisation.name_folded", KeyKind.TEXT, False),
    OrganisationOrderField.ENDS_ON: ("status.ends_on", KeyKind.DAY, True),
    OrganisationOrderField.PROOF_DUE_ON: ("status.proof_due_on", KeyKind.DAY, True),
    OrganisationOrderField.CREATED_AT: ("organisation.created_at", KeyKind.INSTANT, False),
}
_ORDERS_BY_STATUS = frozenset({OrganisationOrderField.ENDS_ON, OrganisationOrderField.PROOF_DUE_ON})


def _organisation_order(order: OrganisationOrder) -> Order:
    key, kind, has_nulls = _ORGANISATION_KEYS[order.field]
    return Order(order.field.value, key, kind, is_descending=order.descending, has_nulls=has_nulls)


def _organisations(
    filter: OrganisationFilter, today: date, visible: frozenset[str] | None, by: OrganisationOrderField | None = None
) -> Listing:
    listing = Listing("organisation", "organisation.id", ids.ORGANISATION)
    if by in _ORDERS_BY_STATUS or _needs_status(filter):
        _join_statuses(listing, today, visible)
    if visible is not None:
        listing.where(listing.among("organisation.id", visible))
    if filter.search is not None:
        _search(listing, filter.search)
    if filter.states:
        listing.where(listing.among("status.state", filter.states))
    for column, comparison, value in (
        ("status.plan_code", "=", filter.plan_code),
        ("status.ends_on", ">=", filter.ends_on_from),
        ("status.ends_on", "<=", filter.ends_on_to),
        ("status.proof_due_on", "<", filter.proof_due_before),
    ):
        if value is not None:
            listing.where(f"{column} {comparison} {listing.parameter(value)}")
    return listing


def _needs_status(filter: OrganisationFilter) -> bool:
    days = (filter.ends_on_from, filter.ends_on_to, filter.proof_due_before)
    return bool(filter.states) or filter.plan_code is not None or any(day is not None for day in days)


def _join_statuses(listing: Listing, today: date, visible: frozenset[str] | None) -> None:
    narrowed = "TRUE" if visible is None else listing.among("organisation.id", visible)
    sql = statuses(listing.parameter(today), narrowed)
    listing.source = f"organisation JOIN ({sql}) AS status ON status.organisation_id = organisation.id"


def _search(listing: Listing, text: str) -> None:
    """Each word must be found in the folded text of the organisation; punctuation alone finds nothing."""
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
    conditions = {
        "redemption.organisation_id": filter.organisation_id,
        "redemption.event_reference": filter.event_reference,
        "redemption.registration_reference": filter.registration_reference,
    }
    for condition in _equal(listing, conditions):
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
        # unknown kinds match nothing, and a statement takes a limited number of parameters
        listing.where(listing.among("event.kind", set(Kind) & set(filter.kinds)))
    for comparison, instant in ((">=", filter.since), ("<", filter.until)):
        if instant is not None:
            listing.where(f"event.occurred_at {comparison} {listing.parameter(instant)}")
    return listing


def _equal(listing: Listing, conditions: Mapping[str, str | None]) -> list[str]:
    return [f"{column} = {listing.parameter(value)}" for column, value in conditions.items() if value is not None]
