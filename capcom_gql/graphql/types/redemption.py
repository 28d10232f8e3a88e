"""The use of a discount."""

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


@strawberry.type(description="The use of a discount by a person at an event; once, unless released.")
class Redemption(Node):
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str = strawberry.field(description="The event, as every system that redeems names it.")
    registration_reference: str = strawberry.field(description="The registration, as the redeeming system names it.")
    price: Money = strawberry.field(description="The full price.")
    reduction: Money = strawberry.field(description="What was taken off.")
    final_price: Money = strawberry.field(description="What is left to pay.")
    redeemed_at: datetime = strawberry.field(description="When it was recorded.")
    released_at: datetime | None = strawberry.field(description="When it was released, if it was.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.Redemption]

    @classmethod
    def of(cls, row: tables.Redemption, currency: str) -> Self:
        """A redemption as it was recorded."""
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

    @resolved("What became of it, worked out for today.")
    async def state(self, info: Info) -> RedemptionState:
        term = await info.context.loaders.term.load(self.row.term_id)
        assert term is not None, "a term is never deleted"
        today = await info.context.today()
        return redemption_state(self.released_at, term.facts(), today, info.context.runtime.policy)

    @resolved("The seat whose number was used; not told to machines.")
    async def seat(self, info: Info) -> Seat | None:
        return await seat_for(info.context, self.row.seat_id)

    @resolved("The organisation whose discount it was.")
    async def organisation(self, info: Info) -> Organisation | None:
        row = await info.context.loaders.organisation.load(self.row.organisation_id)
        return None if row is None else Organisation.of(row)
