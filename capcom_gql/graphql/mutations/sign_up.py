"""Opening the subscription of an organisation, or reopening one that is over."""

from typing import Annotated

import strawberry

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.rights import Right, may
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.echo import echo_of
from capcom_gql.graphql.mutations.forms import FORM, KEY, OrganisationInput, PersonInput
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.services import subscribe


@strawberry.input(description="A sign-up, or the reopening of a subscription that is over.")
class SubscribeInput:
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A known organisation, to reopen its subscription."
    )
    organisation: OrganisationInput = strawberry.field(
        description="The organisation. It never changes what is recorded of a known one."
    )
    plan_code: str = strawberry.field(description="The code of an open plan.")
    users: list[PersonInput] = strawberry.field(description="The users, the manager among them.")
    manager_email: EmailAddress = strawberry.field(description="Which of the users administers the list.")
    signer: PersonInput | None = strawberry.field(
        default=strawberry.UNSET, description="Who signs up, where nobody is signed in; perhaps one of the users."
    )
    accepted_terms_version: str = strawberry.field(description="The version of the terms of use that is accepted.")
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The answer of subscribe.")
class SubscribePayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(
        default=None,
        description="The subscription; to a caller without a right over it, what the form said is read back, and null "
        "for the rest.",
    )


@strawberry.type
class SignUp:
    """The mutation that signs up."""

    @resolved("Open the subscription of an organisation, or reopen one that is over: its users get their numbers.")
    async def subscribe(self, info: Info, input: Annotated[SubscribeInput, FORM]) -> SubscribePayload | None:
        context, form = info.context, form_of(input, subscribe.SubscribeForm)
        done = await subscribe.subscribe(context.runtime, context.actor, form, context.locale)
        if context.actor.person_id is not None:
            # whoever signed up may have become a member or a manager by it
            context.actor = await actor_of(context.actor.person_id, is_staff=context.actor.is_staff)
        view = await context.loaders.view.load(done.subscription_id)
        if view is not None and may(Right.VIEW, context.actor, view.organisation_id):
            return SubscribePayload(subscription=OrganisationSubscription.of(view))
        return SubscribePayload(subscription=await echo_of(context, form, done))
