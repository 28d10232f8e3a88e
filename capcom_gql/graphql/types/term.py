"""One period of a subscription, and the proof that confirms it."""

from datetime import date, datetime
from typing import Self

import strawberry

from capcom_gql.domain.lifecycle import term_state
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import CancellationReason, PaymentProofKind, Service, TermState
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Ownership
from capcom_gql.graphql.subscription_view import SubscriptionView
from capcom_gql.graphql.types.money import Money
from capcom_gql.graphql.types.plan import DiscountRule, Plan, discount_rules
from capcom_gql.storage import tables


@strawberry.type(description="What confirmed a term: a commitment to pay, not yet the money.")
class PaymentProof(Node):
    kind: PaymentProofKind = strawberry.field(description="What arrived.")
    reference: str = strawberry.field(description="What is written on it: the number of the order, of the cheque.")
    received_on: date = strawberry.field(description="The day on which it arrived, in the operator's time zone.")
    recorded_at: datetime = strawberry.field(description="When it was recorded.")

    @classmethod
    def of(cls, row: tables.PaymentProof) -> Self:
        """A proof as it was recorded."""
        return cls(
            id=strawberry.ID(row.id),
            kind=PaymentProofKind(row.kind),
            reference=row.reference,
            received_on=row.received_on,
            recorded_at=row.recorded_at,
        )


@strawberry.type(
    description="One 12-month period of a subscription. Seats, price, services and discounts are as of its opening. "
    "Days are civil days of the operator's time zone, the first and the last inclusive."
)
class Term(Node):
    state: TermState = strawberry.field(description="Its state today.")
    opened_at: datetime = strawberry.field(description="When it was opened: by signing up, reopening or renewing.")
    starts_on: date = strawberry.field(description="Its first day.")
    ends_on: date = strawberry.field(description="Its last day.")
    terms_version: str = strawberry.field(
        description="The version of the terms of use that was accepted for it; empty where it was imported."
    )
    seat_limit: int = strawberry.field(description="How many users it has room for.")
    price: Money = strawberry.field(description="Its price.")
    services: list[Service] = strawberry.field(description="The services it includes.")
    discounts: list[DiscountRule] = strawberry.field(description="Its discounts.")
    proof_due_on: date = strawberry.field(description="The last day on which its payment proof serves.")
    is_confirmed: bool = strawberry.field(description="Whether its payment proof is recorded.")
    cancelled_at: datetime | None = strawberry.field(description="When it was cancelled, if it is.")
    cancellation_reason: CancellationReason | None = strawberry.field(description="Why it was cancelled, if it is.")
    reinstated_at: datetime | None = strawberry.field(description="When staff reinstated it, if they did.")
    ownership: strawberry.Private[Ownership]
    plan_id: strawberry.Private[str]
    is_echo: strawberry.Private[bool] = False

    @classmethod
    def of(
        cls, view: SubscriptionView, term_id: str, currency: str, ownership: Ownership, *, is_echo: bool = False
    ) -> Self:
        """A term of a subscription as it stands today; its proof is not told in an echo (R5)."""
        row, facts = view.row(term_id), view.facts[term_id]
        return cls(
            id=strawberry.ID(term_id),
            state=term_state(facts, view.today),
            opened_at=facts.opened_at,
            starts_on=facts.starts_on,
            ends_on=facts.ends_on,
            terms_version=row.terms_version,
            seat_limit=facts.offer.seat_limit,
            price=Money.of(facts.offer.price_minor, currency),
            services=list(facts.offer.services),
            discounts=discount_rules(facts.offer.discounts, currency),
            proof_due_on=facts.proof_due_on,
            is_confirmed=facts.confirmed_at is not None,
            cancelled_at=facts.cancelled_at,
            cancellation_reason=facts.cancellation_reason,
            reinstated_at=facts.reinstated_at,
            ownership=ownership,
            plan_id=row.plan_id,
            is_echo=is_echo,
        )

    @resolved("The plan it was opened with, as that plan is today.")
    async def plan(self, info: Info) -> Plan:
        context = info.context
        row = await context.loaders.plan.load(self.plan_id)
        assert row is not None, "a plan is never deleted"
        return Plan.of(row, context.runtime.currency)

    @resolved("The payment proof, once it is recorded.")
    async def proof(self, info: Info) -> PaymentProof | None:
        if self.is_echo:
            return None
        row = await info.context.loaders.proof_of_term.load(str(self.id))
        return None if row is None else PaymentProof.of(row)
