"""The types of plans and of their discount rules (R2, R10)."""

from collections.abc import Sequence
from typing import Self

import strawberry

from capcom_gql.domain import plans
from capcom_gql.graphql.enums import EventKind, Service
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.types.money import Money
from capcom_gql.storage import tables


@strawberry.type(description="The discount at one kind of event: either a percentage or an amount.")
class DiscountRule:
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    percent: int | None = strawberry.field(
        description="The percentage of the price, 1 to 100; the reduction is rounded half up to the minor unit. Null "
        "where `amount` is given."
    )
    amount: Money | None = strawberry.field(
        description="The amount that is taken off, the whole price at most. Null where `percent` is given."
    )

    @classmethod
    def of(cls, rule: plans.DiscountRule, currency: str) -> Self:
        """The type of a discount rule; `currency` is the installation's, ISO 4217."""
        amount = None if rule.amount_minor is None else Money.of(rule.amount_minor, currency)
        return cls(event_kind=rule.event_kind, percent=rule.percent, amount=amount)


def discount_rules(rules: Sequence[plans.DiscountRule], currency: str) -> list[DiscountRule]:
    """The discount rules of an offer, in order; `currency` is the installation's, ISO 4217."""
    return [DiscountRule.of(rule, currency) for rule in rules]


@strawberry.type(
    description="A plan. A term keeps its own copy of seats, price, services and discounts: changing a plan changes "
    "only the terms opened afterwards."
)
class Plan(Node):
    code: str = strawberry.field(description="The code of the plan, for `planCode` of `subscribe` and `renew`.")
    name: str = strawberry.field(description="The name of the plan, for people.")
    seat_limit: int = strawberry.field(description="The most active seats (users) that a subscription may have.")
    price: Money = strawberry.field(description="The price of one term, for the whole subscription.")
    services: list[Service] = strawberry.field(description="The services that it includes.")
    discounts: list[DiscountRule] = strawberry.field(
        description="Its discount rules, at most one for each kind of event; a kind without a rule has no discount."
    )
    is_open: bool = strawberry.field(
        description="Whether it can be chosen; a closed plan can still be kept in a renewal."
    )

    @classmethod
    def of(cls, row: tables.Plan, currency: str) -> Self:
        """The plan of a row; `currency` is the installation's, ISO 4217."""
        offer = row.offer()
        return cls(
            id=strawberry.ID(row.id),
            code=row.code,
            name=row.name,
            seat_limit=offer.seat_limit,
            price=Money.of(offer.price_minor, currency),
            services=list(offer.services),
            discounts=discount_rules(offer.discounts, currency),
            is_open=row.is_open,
        )
