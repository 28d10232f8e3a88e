"""What users ask support, and what they are answered."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.entitlement.stored_checks import stored_access, stored_check
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership
from capcom_gql.graphql.types.checks import DiscountCheck, ServiceAccess
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.subscription import Seat, seat_for
from capcom_gql.storage import tables


@strawberry.type(
    description="A user's request about a discount or a service that they believe wrongly refused. It keeps what the "
    "checks answered when it was opened."
)
class SupportRequest(Node):
    message: str = strawberry.field(description="What the user wrote.")
    opened_at: datetime = strawberry.field(description="When it was opened.")
    closed_at: datetime | None = strawberry.field(description="When staff answered it; null while it is open.")
    answer: str | None = strawberry.field(description="What staff answered; null while it is open.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.SupportRequest]

    @classmethod
    def of(cls, row: tables.SupportRequest) -> Self:
        """A request as it is recorded."""
        return cls(
            id=strawberry.ID(row.id),
            message=row.message,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            answer=row.answer,
            ownership=Owned(person_id=row.person_id),
            row=row,
        )

    @resolved("What the discount check answered when it was opened; null where the request is not about a discount.")
    async def check(self, info: Info) -> DiscountCheck | None:
        kept, context = self.row.check_answer, info.context
        return None if kept is None else DiscountCheck.of(stored_check(kept), context.locale, context.runtime.currency)

    @resolved("What the service check answered when it was opened; null where the request is not about a service.")
    async def access(self, info: Info) -> ServiceAccess | None:
        kept = self.row.access_answer
        return None if kept is None else ServiceAccess.of(stored_access(kept), info.context.locale)

    @resolved("The seat whose number it is about; null for who may not see it, as its own holder once it is removed.")
    async def seat(self, info: Info) -> Seat | None:
        return await seat_for(info.context, self.row.seat_id)

    @resolved("Who opened it.")
    async def opened_by(self, info: Info) -> Person | None:
        row = await info.context.loaders.person.load(self.row.person_id)
        return None if row is None else Person.of(row, self.ownership)
