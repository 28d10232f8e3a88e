"""What staff end and undo: a subscription cancelled, an unpaid term reinstated."""

from datetime import date
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import CancellationReason, PaymentProofKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM, SUBSCRIPTION_ID
from capcom_gql.graphql.mutations.payload import SUBSCRIPTION_NOW, Payload, subscription_of
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.graphql.types.term import Term
from capcom_gql.services import cancel_subscription, reinstate_term


@strawberry.input(description="A term, cancelled for want of its payment proof, to reinstate.")
class ReinstateTermInput:
    term_id: strawberry.ID = strawberry.field(description="The term.")
    kind: PaymentProofKind = strawberry.field(description="What arrived.")
    reference: str = strawberry.field(description="What is written on it: the number of the order, of the cheque.")
    received_on: date = strawberry.field(
        description="The day on which it arrived, in the operator's time zone; not in the future."
    )
    reason: str = strawberry.field(description="Why it is reinstated; kept as a note for staff.")


@strawberry.type(description="The answer of reinstateTerm.")
class ReinstateTermPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)
    term: Term | None = strawberry.field(default=None, description="The term that is reinstated; null where refused.")


@strawberry.input(description="A subscription to cancel.")
class CancelSubscriptionInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    reason: CancellationReason = strawberry.field(
        description="WITHDRAWN where the organisation asked for it in writing, else BY_STAFF."
    )
    note: str = strawberry.field(description="Why; kept as a note for staff.")


@strawberry.type(description="The answer of cancelSubscription.")
class CancelSubscriptionPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.type
class Cancellations:
    """The mutations about cancelling and reinstating."""

    @resolved("Reinstate a term cancelled unpaid, with its proof: access resumes from now on, never backwards.")
    async def reinstate_term(
        self, info: Info, input: Annotated[ReinstateTermInput, FORM]
    ) -> ReinstateTermPayload | None:
        context = info.context
        done = await reinstate_term.reinstate_term(
            context.runtime, context.actor, form_of(input, reinstate_term.ReinstateTermForm)
        )
        subscription = await subscription_of(context, done.subscription_id)
        term = Term.of(subscription.view, done.term_id, context.runtime.currency, subscription.ownership)
        return ReinstateTermPayload(subscription=subscription, term=term)

    @resolved("Cancel a subscription at once: every term that is not over. Manager and users are told.")
    async def cancel_subscription(
        self, info: Info, input: Annotated[CancelSubscriptionInput, FORM]
    ) -> CancelSubscriptionPayload | None:
        context = info.context
        subscription_id = await cancel_subscription.cancel_subscription(
            context.runtime, context.actor, form_of(input, cancel_subscription.CancelSubscriptionForm)
        )
        return CancelSubscriptionPayload(subscription=await subscription_of(context, subscription_id))
