"""The mutations that cancel a subscription and reinstate a term, for staff (R9)."""

from datetime import date
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import CancellationReason, PaymentProofKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, SUBSCRIPTION_ID, SUBSCRIPTION_NOW, Payload, subscription_of
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.graphql.types.term import Term
from capcom_gql.services import cancel_subscription, reinstate_term


@strawberry.input(description="A term that was cancelled unpaid, to reinstate with its payment proof.")
class ReinstateTermInput:
    term_id: strawberry.ID = strawberry.field(description="The id of the term.")
    kind: PaymentProofKind = strawberry.field(description="The kind of the proof.")
    reference: str = strawberry.field(
        description="The proof's own reference, such as the number of the order or the cheque."
    )
    received_on: date = strawberry.field(
        description="The day on which the proof arrived, in the operator's time zone; not after today."
    )
    reason: str = strawberry.field(
        description="Why the term is reinstated, at most 2,000 characters; stored as a note for staff."
    )


@strawberry.type(description="The payload of reinstateTerm.")
class ReinstateTermPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)
    term: Term | None = strawberry.field(default=None, description="The reinstated term; null where refused.")


@strawberry.input(description="A subscription to cancel.")
class CancelSubscriptionInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    reason: CancellationReason = strawberry.field(
        description="WITHDRAWN where the organisation requested it in writing, otherwise BY_STAFF; UNPAID is refused."
    )
    note: str = strawberry.field(description="Why, at most 2,000 characters; stored as a note for staff.")


@strawberry.type(description="The payload of cancelSubscription.")
class CancelSubscriptionPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.type
class Cancellations:
    """The mutations about cancelling and reinstating."""

    @resolved(
        "Reinstate a term that was cancelled unpaid, with its payment proof: it is confirmed, and access resumes from "
        "now on. Manager and users are mailed. For staff and API keys with ADMIN."
    )
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

    @resolved(
        "Cancel at once every term of a subscription whose last day is not over. Manager and users are mailed. For "
        "staff and API keys with ADMIN."
    )
    async def cancel_subscription(
        self, info: Info, input: Annotated[CancelSubscriptionInput, FORM]
    ) -> CancelSubscriptionPayload | None:
        context = info.context
        subscription_id = await cancel_subscription.cancel_subscription(
            context.runtime, context.actor, form_of(input, cancel_subscription.CancelSubscriptionForm)
        )
        return CancelSubscriptionPayload(subscription=await subscription_of(context, subscription_id))
