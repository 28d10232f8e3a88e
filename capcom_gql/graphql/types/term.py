"""The types of terms and of payment proofs (R4, R8, R9)."""

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


@strawberry.type(
    description="The purchase order, cheque or transfer that confirmed a term: a commitment to pay, not yet the money."
)
class PaymentProof(Node):
    kind: PaymentProofKind = strawberry.field(description="Its kind.")
    reference: str = strawberry.field(description="Its own reference, such as the number of the order or the cheque.")
    received_on: date = strawberry.field(description="The day on which it arrived, in the operator's time zone.")
    recorded_at: datetime = strawberry.field(description="When it was recorded.")

    @classmethod
    def of(cls, row: tables.PaymentProof) -> Self:
        """The proof of a row."""
        return cls(
            id=strawberry.ID(row.id),
            kind=PaymentProofKind(row.kind),
            reference=row.reference,
            received_on=row.received_on,
            recorded_at=row.recorded_at,
        )


@strawberry.type(
    description="One year of a subscription, with its own copy of the plan's seats, price, services and discounts as "
    "of its opening. Days are of the operator's time zone; the first and the last day belong to it."
)
class Term(Node):
    state: TermState = strawberry.field(description="Its state today.")
    opened_at: datetime = strawberry.field(
        description="When it was opened, by a sign-up, a reopening or a renewal. An imported term is opened at the "
        "first instant of its first day."
    )
    starts_on: date = strawberry.field(description="Its first day, inclusive.")
    ends_on: date = strawberry.field(description="Its last day, inclusive.")
    terms_version: str = strawberry.field(
        description="The version of the terms of use that was accepted for it; empty for an imported term."
    )
    seat_limit: int = strawberry.field(description="The most active seats (users) that it allows.")
    price: Money = strawberry.field(description="Its price, for the whole subscription.")
    services: list[Service] = strawberry.field(description="The services that it includes.")
    discounts: list[DiscountRule] = strawberry.field(
        description="Its discount rules, at most one for each kind of event."
    )
    proof_due_on: date = strawberry.field(description="The last day, inclusive, for its payment proof.")
    is_confirmed: bool = strawberry.field(description="Whether its payment proof is recorded.")
    cancelled_at: datetime | None = strawberry.field(
        description="When it was cancelled; null while it is not, also after a reinstatement. For an unpaid "
        "cancellation the first instant after the due day, whenever that was recorded."
    )
    cancellation_reason: CancellationReason | None = strawberry.field(
        description="Why it was cancelled; null where `cancelledAt` is."
    )
    reinstated_at: datetime | None = strawberry.field(
        description="When staff reinstated it after an unpaid cancellation; null where they did not."
    )
    ownership: strawberry.Private[Ownership]
    plan_id: strawberry.Private[str]
    is_echo: strawberry.Private[bool] = False

    @classmethod
    def of(
        cls, view: SubscriptionView, term_id: str, currency: str, ownership: Ownership, *, is_echo: bool = False
    ) -> Self:
        """A term of a subscription; `is_echo` withholds its proof from a caller without rights (R5).

        `currency` is the installation's, ISO 4217; `ownership` says who may read the term. Raises StopIteration for the
        id of no term of the view.
        """
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

    @resolved("The plan that was chosen for it, as that plan is today.")
    async def plan(self, info: Info) -> Plan:
        context = info.context
        row = await context.loaders.plan.load(self.plan_id)
        assert row is not None, "a plan is never deleted"
        return Plan.of(row, context.runtime.currency)

    @resolved(
        "Its payment proof; null until one is recorded. For staff, API keys with ORGANISATIONS_READ, and the manager."
    )
    async def proof(self, info: Info) -> PaymentProof | None:
        if self.is_echo:
            return None
        row = await info.context.loaders.proof_of_term.load(str(self.id))
        return None if row is None else PaymentProof.of(row)
