"""What an outsider is told of the sign-up they have just sent: their own form, read back (R5).

The answer must be the same whether or not the addresses in the form were known before.
"""

import strawberry

from capcom_gql.graphql.context import Context
from capcom_gql.graphql.fields import given
from capcom_gql.graphql.mutations.forms import OrganisationInput, PersonInput
from capcom_gql.graphql.ownership import Echoed
from capcom_gql.graphql.subscription_view import SubscriptionView
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.subscription import Echo, Organisation, OrganisationSubscription, Seat
from capcom_gql.services.subscribe import Subscribed
from capcom_gql.storage import ids, tables

_TIES = Echoed()


async def echo_of(
    context: Context, form: OrganisationInput, users: list[PersonInput], done: Subscribed
) -> OrganisationSubscription:
    """The subscription as the form's sender may see it: plan, state, days, limits, and the form."""
    view = await context.loaders.view.load(done.subscription_id)
    assert view is not None, "a subscription that was just opened has a term"
    organisation = await context.loaders.organisation.load(view.organisation_id)
    assert organisation is not None, "a subscription has an organisation"
    echo = Echo(_organisation(form, organisation))
    subscription = OrganisationSubscription.of(view, _TIES, echo)
    rows = await context.loaders.seat.load_many(list(done.seat_ids))
    for user, row in zip(users, rows, strict=True):
        assert row is not None, "a seat is never deleted"
        person = _person(user, context)
        echo.seats.append(_seat(row, view, subscription, person))
    return subscription


def _organisation(form: OrganisationInput, row: tables.Organisation) -> Organisation:
    return Organisation(
        id=strawberry.ID(row.id),
        name=form.name,
        siret=given(form.siret),
        kind=given(form.kind),
        address_lines=list(form.address_lines),
        postal_code=given(form.postal_code),
        city=given(form.city),
        country=row.country,
        billing_email=given(form.billing_email),
        chorus_service_code=given(form.chorus_service_code),
        chorus_engagement_required=row.chorus_engagement_required,
        created_at=row.created_at,
        ownership=_TIES,
        is_echo=True,
    )


def _person(form: PersonInput, context: Context) -> Person:
    """The person as the form gives them, under an id that resolves to nothing."""
    return Person(
        id=strawberry.ID(ids.new_id(ids.PERSON)),
        email=form.email,
        given_name=form.given_name,
        family_name=form.family_name,
        locale=given(form.locale) or context.locale,
        ownership=_TIES,
    )


def _seat(row: tables.Seat, view: SubscriptionView, subscription: OrganisationSubscription, person: Person) -> Seat:
    return Seat(
        id=strawberry.ID(row.id),
        subscriber_number=None,
        is_manager=row.is_manager,
        is_active=row.removed_at is None,
        added_at=row.added_at,
        removed_at=None,
        view=view,
        person_id=str(person.id),
        ownership=_TIES,
        echo=(subscription, person),
    )
