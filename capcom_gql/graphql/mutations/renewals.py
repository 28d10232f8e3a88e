"""The mutations that renew a subscription or decline the renewal (R14, R15)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, KEY, SUBSCRIPTION_ID, SUBSCRIPTION_NOW, Payload, subscription_of
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.graphql.types.term import Term
from capcom_gql.services import decline_renewal, renew


@strawberry.input(description="A renewal: a term that starts on the day after the running one ends.")
class RenewInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    plan_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The code of the plan of the new term; by default the plan of the running term, even if closed.",
    )
    accepted_terms_version: str = strawberry.field(
        description="The version of the terms of use that is accepted; it must be the current one."
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The payload of renew.")
class RenewPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)
    term: Term | None = strawberry.field(default=None, description="The added term; null where refused.")


@strawberry.input(description="A renewal to decline; nothing else changes until the term ends.")
class DeclineRenewalInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why, at most 2,000 characters; optional."
    )


@strawberry.type(description="The payload of declineRenewal.")
class DeclineRenewalPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.type
class Renewals:
    """The mutations of the renewal."""

    @resolved(
        "Renew a live subscription: add the next term, whose payment proof is due within 15 days (by default) of "
        "today. It clears a decline. For the manager and staff."
    )
    async def renew(self, info: Info, input: Annotated[RenewInput, FORM]) -> RenewPayload | None:
        context = info.context
        done = await renew.renew(context.runtime, context.actor, form_of(input, renew.RenewForm))
        subscription = await subscription_of(context, done.subscription_id)
        term = Term.of(subscription.view, done.term_id, context.runtime.currency, subscription.ownership)
        return RenewPayload(subscription=subscription, term=term)

    @resolved(
        "Decline the renewal: the reminders stop, and renewing stays possible until the term ends. Idempotent. For the "
        "manager and staff."
    )
    async def decline_renewal(
        self, info: Info, input: Annotated[DeclineRenewalInput, FORM]
    ) -> DeclineRenewalPayload | None:
        context = info.context
        subscription_id = await decline_renewal.decline_renewal(
            context.runtime, context.actor, form_of(input, decline_renewal.DeclineRenewalForm)
        )
        return DeclineRenewalPayload(subscription=await subscription_of(context, subscription_id))
