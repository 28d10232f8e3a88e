"""The answer to a sign-up by a caller without rights over the organisation: their own form, read back (R5).

It must not reveal whether the addresses in the form were known before.
"""

import strawberry

from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.ownership import Echoed
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.subscription_view import SubscriptionView
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.subscription import Echo, Organisation, OrganisationSubscription, Seat
from capcom_gql.services.subscribe import Subscribed, SubscribeForm
from capcom_gql.storage import ids, tables

_OWNERSHIP = Echoed()


async def echo_of(context: Context, form: SubscribeForm, done: Subscribed) -> OrganisationSubscription:
    """The subscription as the sender of the form may see it: plan, state, days, limits, and the form."""
    view = await context.loaders.view.load(done.subscription_id)
    assert view is not None, "a subscription that was just opened has a term"
    organisation = await context.loaders.organisation.load(view.organisation_id)
    assert organisation is not None, "a subscription has an organisation"
    assert form.organisation is not None, "without rights nobody signs up a known organisation by its id alone"
    echo = Echo(_organisation(form.organisation, organisation))
    subscription = OrganisationSubscription.of(view, _OWNERSHIP, echo)
    # the seats lead to a copy without seats, so that reading the form back costs no more than the form is long
    leaf = OrganisationSubscription.of(view, _OWNERSHIP, Echo(echo.organisation))
    rows = await context.loaders.seat.load_many(list(done.seat_ids))
    for user, row in zip(form.users, rows, strict=True):
        assert row is not None, "a seat is never deleted"
        person = _person(user, context)
        echo.seats.append(_seat(row, view, leaf, person))
    return subscription


def _organisation(form: OrganisationForm, row: tables.Organisation) -> Organisation:
    return Organisation(
        id=strawberry.ID(row.id),
        # the country is stored in capitals
        **{name: getattr(form, name) for name in ORGANISATION} | {"country": row.country},
        created_at=row.created_at,
        ownership=_OWNERSHIP,
        is_echo=True,
    )


def _person(form: PersonForm, context: Context) -> Person:
    """The person as the form gives them, under an id that resolves to nothing."""
    return Person(
        id=strawberry.ID(ids.new_id(ids.PERSON)),
        email=EmailAddress(form.email),
        given_name=form.given_name,
        family_name=form.family_name,
        locale=form.locale or context.locale,
        ownership=_OWNERSHIP,
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
        ownership=_OWNERSHIP,
        echo=(subscription, person),
    )
