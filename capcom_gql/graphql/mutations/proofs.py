"""Payment proofs that arrive."""

from datetime import date
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import PaymentProofKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM, KEY, SUBSCRIPTION_ID
from capcom_gql.graphql.mutations.payload import SUBSCRIPTION_NOW, Payload, subscription_of
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.graphql.types.term import Term
from capcom_gql.services import record_payment_proof


@strawberry.input(description="A payment proof that arrived.")
class RecordPaymentProofInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    term_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its term; by default the first that awaits its proof."
    )
    kind: PaymentProofKind = strawberry.field(description="What arrived.")
    reference: str = strawberry.field(description="What is written on it: the number of the order, of the cheque.")
    received_on: date = strawberry.field(
        description="The day on which it arrived, in the operator's time zone; not in the future."
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The answer of recordPaymentProof.")
class RecordPaymentProofPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)
    term: Term | None = strawberry.field(default=None, description="The term that is confirmed; null where refused.")


@strawberry.type
class Proofs:
    """The mutation that records a proof."""

    @resolved("Record the payment proof of a term, which confirms it.")
    async def record_payment_proof(
        self, info: Info, input: Annotated[RecordPaymentProofInput, FORM]
    ) -> RecordPaymentProofPayload | None:
        context = info.context
        done = await record_payment_proof.record_payment_proof(
            context.runtime, context.actor, form_of(input, record_payment_proof.RecordPaymentProofForm)
        )
        subscription = await subscription_of(context, done.subscription_id)
        term = Term.of(subscription.view, done.term_id, context.runtime.currency, subscription.ownership)
        return RecordPaymentProofPayload(subscription=subscription, term=term)
