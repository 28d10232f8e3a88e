"""The mutation that opens the subscription of an organisation, or reopens it (R1)."""

from typing import Annotated

import strawberry

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.rights import Right, may
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.echo import echo_of
from capcom_gql.graphql.mutations.payload import FORM, KEY, Payload
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.organisation import OrganisationInput
from capcom_gql.graphql.types.person import PersonInput
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.services import subscribe


@strawberry.input(description="A sign-up, or the reopening of a subscription that is not live.")
class SubscribeInput:
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The id of a known organisation whose subscription is to be reopened; left out for a new one.",
    )
    organisation: OrganisationInput = strawberry.field(
        description="The data of the organisation; those of a known one stay unchanged."
    )
    plan_code: str = strawberry.field(description="The code of an open plan.")
    users: list[PersonInput] = strawberry.field(
        description="All users, the manager among them; at most as many as the plan has seats."
    )
    manager_email: EmailAddress = strawberry.field(description="The address of the user who will be the manager.")
    signer: PersonInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Who signs up, perhaps one of the users; required unless the caller is signed in, and not used "
        "then.",
    )
    accepted_terms_version: str = strawberry.field(
        description="The version of the terms of use that is accepted; it must be the current one."
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The payload of subscribe.")
class SubscribePayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(
        default=None,
        description="The subscription; null where refused. For a caller without rights over the organisation it has "
        "plan, state, days and limits, the form read back, and null for what would say more.",
    )


@strawberry.type
class SignUp:
    """The mutation that signs up."""

    @resolved(
        "Open the subscription of an organisation: it grants services and discounts at once, and each user gets a "
        "subscriber number and a welcome letter. For everybody but API keys; a known organisation is reopened by its "
        "last manager or staff. Sign-ups from one source are limited (status 429)."
    )
    async def subscribe(self, info: Info, input: Annotated[SubscribeInput, FORM]) -> SubscribePayload | None:
        context, form = info.context, form_of(input, subscribe.SubscribeForm)
        done = await subscribe.subscribe(context.runtime, context.actor, form, context.locale, context.source)
        if context.actor.person_id is not None:
            # the caller may have become a user or the manager by this sign-up
            context.actor = await actor_of(context.actor.person_id, is_staff=context.actor.is_staff)
        view = await context.loaders.view.load(done.subscription_id)
        if view is not None and may(Right.VIEW, context.actor, view.organisation_id):
            return SubscribePayload(subscription=OrganisationSubscription.of(view))
        return SubscribePayload(subscription=await echo_of(context, form, done))
