"""Export the redemptions, newest first: all of them, or those to re-invoice (R9, R22)."""

from collections.abc import AsyncIterator

from capcom_gql.domain.discounts import RedemptionState, redemption_state
from capcom_gql.domain.seats import format_number
from capcom_gql.runtime import Runtime
from capcom_gql.services.exporting.walk_pages import walk_pages
from capcom_gql.spreadsheet import Amount, Cell, spaced_siret
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.keyset import Page, Window
from capcom_gql.storage.queries.lists import RedemptionFilter, redemptions_page
from capcom_gql.storage.tables import Redemption

REDEMPTION_COLUMNS = (
    "redemption_id",
    "state",
    "organisation_id",
    "organisation",
    "siret",
    "billing_email",
    "chorus_service_code",
    "subscriber_number",
    "given_name",
    "family_name",
    "email",
    "event_kind",
    "event_reference",
    "registration_reference",
    "price",
    "reduction",
    "final_price",
    "currency",
    "redeemed_at",
    "released_at",
    "term_first_day",
    "term_last_day",
)
"""The columns of a row; what is to be invoiced of a redemption to re-invoice is its reduction."""


async def redemption_rows(runtime: Runtime, *, to_reinvoice: bool = False) -> AsyncIterator[tuple[Cell, ...]]:
    """A row of `REDEMPTION_COLUMNS` for each redemption, newest first, with its state today; instants are in UTC."""
    today = runtime.policy.day_of(await product_now())
    states = (RedemptionState.TO_REINVOICE,) if to_reinvoice else ()

    async def find(window: Window) -> Page:
        return await redemptions_page(
            window, filter=RedemptionFilter(states=states), today=today, visible_organisations=None
        )

    async for ids in walk_pages(find):
        rows = Redemption.filter(id__in=ids).prefetch_related("organisation", "term", "seat__person")
        found = {each.id: each for each in await rows}
        for each in (found[id_] for id_ in ids if id_ in found):
            state = redemption_state(each.released_at, each.term.facts(), today, runtime.policy)
            yield (each.id, state.value, *_cells(each, runtime.currency))


def _cells(each: Redemption, currency: str) -> tuple[Cell, ...]:
    organisation, person = each.organisation, each.seat.person
    return (
        organisation.id,
        organisation.name,
        spaced_siret(organisation.siret),
        organisation.billing_email,
        organisation.chorus_service_code,
        format_number(each.seat.number),
        person.given_name,
        person.family_name,
        person.email,
        each.event_kind,
        each.event_reference,
        each.registration_reference,
        Amount(each.price_minor, currency),
        Amount(each.reduction_minor, currency),
        Amount(each.price_minor - each.reduction_minor, currency),
        currency,
        each.redeemed_at,
        each.released_at,
        each.term.starts_on,
        each.term.ends_on,
    )
