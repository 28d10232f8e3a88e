"""Export the subscribers: a row for each organisation, and a row for each seat in the columns that an import reads.

States and days are those of the running term, otherwise of the latest begun, as if the tick had run. No rights are
checked: anyone who can run commands on the database may do what staff may.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date

from capcom_gql.domain.lifecycle import SubscriptionStatus, subscription_status
from capcom_gql.domain.seats import format_number
from capcom_gql.forms.fields import FormField
from capcom_gql.forms.kinds import Lines, Siret
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON
from capcom_gql.runtime import Runtime
from capcom_gql.services.exporting.walk_pages import walk_pages
from capcom_gql.spreadsheet import Amount, Cell, spaced_siret
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.keyset import Page, Window
from capcom_gql.storage.queries.lists import OrganisationFilter, OrganisationOrder, organisations_page
from capcom_gql.storage.tables import Organisation, PaymentProof, Person, Seat, Subscription, Term

_SUBSCRIPTION = (
    "organisation_id",
    *(field.columns[0].name for field in ORGANISATION.values()),
    "plan",
    "first_day",
    "last_day",
    "confirmed",
    "proof_kind",
    "proof_reference",
    "proof_received_on",
    "proof_due_on",
    "state",
    "renewed_until",
)
ORGANISATION_COLUMNS = (
    *_SUBSCRIPTION,
    "seat_limit",
    "seats_used",
    "price",
    "currency",
    "manager_name",
    "manager_email",
)
"""The columns of `organisation_rows`."""
SEAT_COLUMNS = (
    *_SUBSCRIPTION,
    "seat_id",
    *(field.columns[0].name for field in PERSON.values()),
    "manager",
    "subscriber_number",
    "added_on",
)
"""The columns of `seat_rows`."""


@dataclass(frozen=True, slots=True)
class _Subscriber:
    organisation: Organisation
    status: SubscriptionStatus | None
    proof: PaymentProof | None
    seats: Sequence[Seat]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the columns `_SUBSCRIPTION`."""
        organisation, status, proof = self.organisation, self.status, self.proof
        return (
            organisation.id,
            *(_cell(field, organisation) for field in ORGANISATION.values()),
            *_term_cells(status),
            *((None, None, None) if proof is None else (proof.kind, proof.reference, proof.received_on)),
            None if status is None else status.proof_due_on,
            None if status is None else status.state.value,
            None if status is None or status.upcoming is None else status.upcoming.ends_on,
        )


def _cell(field: FormField, row: Organisation | Person) -> Cell:
    """The value of a field as a cell."""
    value = getattr(row, field.name)
    match field.kind:
        case Siret():
            return spaced_siret(value)
        case Lines():
            return "\n".join(value)
    cell: Cell = value
    return cell


def _term_cells(status: SubscriptionStatus | None) -> tuple[Cell, ...]:
    if status is None:
        return (None, None, None, None)
    term = status.term
    return (term.offer.plan_code, term.starts_on, term.ends_on, term.confirmed_at is not None)


async def organisation_rows(runtime: Runtime) -> AsyncIterator[tuple[Cell, ...]]:
    """A row of `ORGANISATION_COLUMNS` for each organisation, by name; days are of the operator's zone."""
    async for page in _subscribers(runtime):
        for each in page:
            manager = next((seat.person for seat in each.seats if seat.is_manager), None)
            offer = None if each.status is None else each.status.term.offer
            yield (
                *each.cells,
                None if offer is None else offer.seat_limit,
                len(each.seats),
                None if offer is None else Amount(offer.price_minor, runtime.currency),
                runtime.currency,
                None if manager is None else f"{manager.given_name} {manager.family_name}",
                None if manager is None else manager.email,
            )


async def seat_rows(runtime: Runtime) -> AsyncIterator[tuple[Cell, ...]]:
    """A row of `SEAT_COLUMNS` for each active seat, by organisation and place; days are of the operator's zone."""
    async for page in _subscribers(runtime):
        for each in page:
            for seat in each.seats:
                yield (*each.cells, *_seat_cells(seat, runtime.policy.day_of(seat.added_at)))


def _seat_cells(seat: Seat, added_on: date) -> tuple[Cell, ...]:
    person = seat.person
    return (
        seat.id,
        *(_cell(field, person) for field in PERSON.values()),
        seat.is_manager,
        format_number(seat.number),
        added_on,
    )


async def _subscribers(runtime: Runtime) -> AsyncIterator[list[_Subscriber]]:
    today = runtime.policy.day_of(await product_now())

    async def find(window: Window) -> Page:
        return await organisations_page(
            window, filter=OrganisationFilter(), order=OrganisationOrder(), today=today, visible=None
        )

    async for ids in walk_pages(find):
        yield await _subscribers_of(runtime, ids, today)


async def _subscribers_of(runtime: Runtime, organisation_ids: Sequence[str], today: date) -> list[_Subscriber]:
    """The organisations with some ids, with all that their rows need, in a few statements."""
    organisations = {each.id: each for each in await Organisation.filter(id__in=organisation_ids)}
    subscriptions = await Subscription.filter(organisation_id__in=organisation_ids)
    organisation_of = {each.id: each.organisation_id for each in subscriptions}
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    for term in await Term.filter(subscription_id__in=list(organisation_of)):
        terms[organisation_of[term.subscription_id]].append(term)
    seats: defaultdict[str, list[Seat]] = defaultdict(list)
    active = Seat.filter(subscription_id__in=list(organisation_of), removed_at__isnull=True)
    for seat in await active.order_by("place", "id").prefetch_related("person"):
        seats[organisation_of[seat.subscription_id]].append(seat)
    statuses = {
        each: subscription_status([term.facts() for term in terms[each]], today, runtime.policy)
        for each in organisation_ids
    }
    term_ids = [each.term.id for each in statuses.values() if each is not None]
    proofs = {each.term_id: each for each in await PaymentProof.filter(term_id__in=term_ids)}
    return [
        _Subscriber(organisations[each], status, None if status is None else proofs.get(status.term.id), seats[each])
        for each, status in statuses.items()
        if each in organisations
    ]
