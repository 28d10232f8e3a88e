"""The mutation that records a payment proof (R8)."""

from datetime import date
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import PaymentProofKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, KEY, SUBSCRIPTION_ID, SUBSCRIPTION_NOW, Payload, subscription_of
from capcom_gql.graphql.types.subscription import OrganisationSubscription
from capcom_gql.graphql.types.term import Term
from capcom_gql.services import record_payment_proof


@strawberry.input(description="A payment proof that has arrived.")
class RecordPaymentProofInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    term_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The id of the term that it is for; by default the earliest term that awaits its proof.",
    )
    kind: PaymentProofKind = strawberry.field(description="The kind of the proof.")
    reference: str = strawberry.field(
        description="The proof's own reference, such as the number of the order or the cheque."
    )
    received_on: date = strawberry.field(
        description="The day on which it arrived, in the operator's time zone; not after today."
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The payload of recordPaymentProof.")
class RecordPaymentProofPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)
    term: Term | None = strawberry.field(default=None, description="The confirmed term; null where refused.")


@strawberry.type
class Proofs:
    """The mutation that records a proof."""

    @resolved(
        "Record the payment proof of a term, which confirms it; the manager is mailed. Until the last instant of its "
        "due day. For staff and API keys with BILLING_WRITE."
    )
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
