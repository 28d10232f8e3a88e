"""What an organisation may subscribe to."""

from collections.abc import Sequence
from typing import Self

import strawberry

from capcom_gql.domain import plans
from capcom_gql.graphql.enums import EventKind, Service
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.types.money import Money
from capcom_gql.storage import tables


@strawberry.type(description="The discount at one kind of event: exactly one of percent and amount.")
class DiscountRule:
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    percent: int | None = strawberry.field(description="Percent of the price, 1 to 100; rounded half up.")
    amount: Money | None = strawberry.field(description="A fixed amount; never more than the price.")

    @classmethod
    def of(cls, rule: plans.DiscountRule, currency: str) -> Self:
        """A rule, with the installation's currency."""
        amount = None if rule.amount_minor is None else Money.of(rule.amount_minor, currency)
        return cls(event_kind=rule.event_kind, percent=rule.percent, amount=amount)


def discount_rules(rules: Sequence[plans.DiscountRule], currency: str) -> list[DiscountRule]:
    """The rules of an offer."""
    return [DiscountRule.of(rule, currency) for rule in rules]


@strawberry.type(
    description="A plan. A term keeps its own copy of seats, price, services and discounts: changing a plan changes "
    "only the terms opened afterwards."
)
class Plan(Node):
    code: str = strawberry.field(description="What `subscribe` takes as planCode.")
    name: str = strawberry.field(description="The name as people read it.")
    seat_limit: int = strawberry.field(description="How many users it has room for.")
    price: Money = strawberry.field(description="The price of one term.")
    services: list[Service] = strawberry.field(description="The services it includes.")
    discounts: list[DiscountRule] = strawberry.field(description="Its discounts; a kind of event left out has none.")
    is_open: bool = strawberry.field(description="Whether it may be newly chosen.")

    @classmethod
    def of(cls, row: tables.Plan, currency: str) -> Self:
        """A plan as it is offered now."""
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
