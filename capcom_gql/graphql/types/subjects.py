"""Objects of any type by their ids; an object that the caller may not see is answered as one that does not exist."""

from collections.abc import Awaitable, Callable, Mapping

from capcom_gql.domain.rights import Right
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.graphql.types.delivery import Delivery, deliveries_of
from capcom_gql.graphql.types.endpoint import WebhookEndpoint
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.plan import Plan
from capcom_gql.graphql.types.redemption import Redemption
from capcom_gql.graphql.types.subscription import Organisation, OrganisationSubscription, Seat, seat_for
from capcom_gql.graphql.types.support import SupportRequest
from capcom_gql.graphql.types.term import PaymentProof, Term
from capcom_gql.storage import ids


async def find_subject(context: Context, node_id: str) -> Node | None:
    """The object with an id, of any type but Event; None where it does not exist or the caller may not see it."""
    find = _FINDERS.get(ids.prefix_of(node_id) or "")
    return None if find is None else await find(context, node_id)


async def find_organisation(context: Context, organisation_id: str) -> Organisation | None:
    """The organisation with an id; None where it does not exist or the caller may not see it."""
    row = await context.loaders.organisation.load(organisation_id)
    organisation = None if row is None else Organisation.of(row)
    return organisation if organisation and organisation.ownership.allow(Right.VIEW, context.actor) else None


async def find_subscription(context: Context, subscription_id: str) -> OrganisationSubscription | None:
    """The subscription with an id; None where it does not exist or the caller may not see it."""
    view = await context.loaders.view.load(subscription_id)
    subscription = None if view is None else OrganisationSubscription.of(view)
    return subscription if subscription and subscription.ownership.allow(Right.VIEW, context.actor) else None


async def find_term(context: Context, term_id: str) -> Term | None:
    """The term with an id; None where it does not exist or the caller may not see it."""
    row = await context.loaders.term.load(term_id)
    view = None if row is None else await context.loaders.view.load(row.subscription_id)
    if view is None:
        return None
    term = Term.of(view, term_id, context.runtime.currency, Owned((view.organisation_id,)))
    return term if term.ownership.allow(Right.VIEW, context.actor) else None


async def find_redemption(context: Context, redemption_id: str) -> Redemption | None:
    """The redemption with an id; None where it does not exist or the caller may not see it."""
    row = await context.loaders.redemption.load(redemption_id)
    redemption = None if row is None else Redemption.of(row, context.runtime.currency)
    return redemption if redemption and redemption.ownership.allow(Right.REDEMPTIONS, context.actor) else None


async def find_api_key(context: Context, api_key_id: str) -> ApiKey | None:
    """The API key with an id; None where it does not exist or the caller may not see it."""
    row = await context.loaders.api_key.load(api_key_id)
    key = None if row is None else ApiKey.of(row)
    return key if key and key.ownership.allow(Right.ADMINISTRATION, context.actor) else None


async def _find_support_request(context: Context, request_id: str) -> SupportRequest | None:
    row = await context.loaders.support_request.load(request_id)
    request = None if row is None else SupportRequest.of(row)
    return request if request and request.ownership.allow(Right.SUPPORT, context.actor) else None


async def _find_delivery(context: Context, delivery_id: str) -> Delivery | None:
    (delivery,) = await deliveries_of(context, [delivery_id])
    return delivery if delivery and delivery.ownership.allow(Right.DELIVERIES, context.actor) else None


async def _find_endpoint(context: Context, endpoint_id: str) -> WebhookEndpoint | None:
    row = await context.loaders.endpoint.load(endpoint_id)
    endpoint = None if row is None or row.deleted_at is not None else WebhookEndpoint.of(row)
    return endpoint if endpoint and endpoint.ownership.allow(Right.NOTIFICATIONS, context.actor) else None


async def _find_plan(context: Context, plan_id: str) -> Plan | None:
    row = await context.loaders.plan.load(plan_id)
    return None if row is None else Plan.of(row, context.runtime.currency)


async def _find_proof(context: Context, proof_id: str) -> PaymentProof | None:
    row = await context.loaders.proof.load(proof_id)
    term = None if row is None else await find_term(context, row.term_id)
    if row is None or term is None or not term.ownership.allow(Right.VIEW_DETAILS, context.actor):
        return None
    return PaymentProof.of(row)


async def _find_person(context: Context, person_id: str) -> Person | None:
    """The caller, or a person with a seat that the caller may see, in the organisations in which they may see it."""
    row = await context.loaders.person.load(person_id)
    if row is None:
        return None
    seats = await context.loaders.seats_of_person.load(person_id)
    views = await context.loaders.view.load_many([seat.subscription_id for seat in seats])
    seen = {
        view.organisation_id
        for seat, view in zip(seats, views, strict=True)
        if view is not None and Seat.of(seat, view).is_visible_to(context.actor)
    }
    ownership = Owned(seen or (None,), person_id)
    return Person.of(row, ownership) if seen or ownership.allow(Right.VIEW_DETAILS, context.actor) else None


_FINDERS: Mapping[str, Callable[[Context, str], Awaitable[Node | None]]] = {
    ids.ORGANISATION: find_organisation,
    ids.SUBSCRIPTION: find_subscription,
    ids.TERM: find_term,
    ids.PLAN: _find_plan,
    ids.SEAT: seat_for,
    ids.PERSON: _find_person,
    ids.PROOF: _find_proof,
    ids.REDEMPTION: find_redemption,
    ids.API_KEY: find_api_key,
    ids.DELIVERY: _find_delivery,
    ids.ENDPOINT: _find_endpoint,
    ids.SUPPORT_REQUEST: _find_support_request,
}
