"""The type of redemptions, the records of used discounts (R22)."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.domain.discounts import redemption_state
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import EventKind, RedemptionState
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership
from capcom_gql.graphql.types.money import Money
from capcom_gql.graphql.types.subscription import Organisation, Seat, seat_for
from capcom_gql.storage import tables


@strawberry.type(
    description="The record that a person used a discount for an event: once for each person and event, unless it is "
    "released. It is readable by staff, the API key that made it, the organisation's manager, and the person."
)
class Redemption(Node):
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str = strawberry.field(
        description="The event, by the reference that all systems that redeem discounts share."
    )
    registration_reference: str = strawberry.field(description="The registration, as the redeeming system names it.")
    price: Money = strawberry.field(description="The full price.")
    reduction: Money = strawberry.field(description="What was taken off the price.")
    final_price: Money = strawberry.field(description="The price less the reduction.")
    redeemed_at: datetime = strawberry.field(description="When the discount was used.")
    released_at: datetime | None = strawberry.field(description="When it was released; null where it was not.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.Redemption]

    @classmethod
    def of(cls, row: tables.Redemption, currency: str) -> Self:
        """The redemption of a row; `currency` is the installation's, ISO 4217."""
        return cls(
            id=strawberry.ID(row.id),
            event_kind=EventKind(row.event_kind),
            event_reference=row.event_reference,
            registration_reference=row.registration_reference,
            price=Money.of(row.price_minor, currency),
            reduction=Money.of(row.reduction_minor, currency),
            final_price=Money.of(row.price_minor - row.reduction_minor, currency),
            redeemed_at=row.redeemed_at,
            released_at=row.released_at,
            ownership=Owned((row.organisation_id,), row.person_id, row.redeemed_by),
            row=row,
        )

    @resolved("Its state today.")
    async def state(self, info: Info) -> RedemptionState:
        term = await info.context.loaders.term.load(self.row.term_id)
        assert term is not None, "a term is never deleted"
        today = await info.context.today()
        return redemption_state(self.released_at, term.facts(), today, info.context.runtime.policy)

    @resolved(
        "The seat whose number was used, for those who may read that number: staff, the manager and the holder; null "
        "for API keys, and once the seat is removed for its holder."
    )
    async def seat(self, info: Info) -> Seat | None:
        return await seat_for(info.context, self.row.seat_id)

    @resolved("The organisation whose subscription gave the discount; API keys need ORGANISATIONS_READ.")
    async def organisation(self, info: Info) -> Organisation | None:
        row = await info.context.loaders.organisation.load(self.row.organisation_id)
        return None if row is None else Organisation.of(row)
