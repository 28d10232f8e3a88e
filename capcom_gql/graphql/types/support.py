"""The type of support requests (R20)."""

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
    description="A user's request about a discount or a service that they believe was wrongly refused, with what the "
    "checks answered when it was opened. It is readable by the user who opened it, staff, and API keys with ADMIN."
)
class SupportRequest(Node):
    message: str = strawberry.field(description="What the user wrote; empty once it is erased.")
    opened_at: datetime = strawberry.field(description="When it was opened.")
    closed_at: datetime | None = strawberry.field(description="When staff answered it; null while it is open.")
    answer: str | None = strawberry.field(
        description="What staff answered; null while it is open, empty once it is erased."
    )
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.SupportRequest]

    @classmethod
    def of(cls, row: tables.SupportRequest) -> Self:
        """The request of a row."""
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
        stored, context = self.row.check_answer, info.context
        if stored is None:
            return None
        return DiscountCheck.of(stored_check(stored), context.locale, context.runtime.currency)

    @resolved("What the service check answered when it was opened; null where the request is not about a service.")
    async def access(self, info: Info) -> ServiceAccess | None:
        stored = self.row.access_answer
        return None if stored is None else ServiceAccess.of(stored_access(stored), info.context.locale)

    @resolved(
        "The seat whose number it is about; null for a caller who may not see it, as its holder once it is removed."
    )
    async def seat(self, info: Info) -> Seat | None:
        return await seat_for(info.context, self.row.seat_id)

    @resolved("The person who opened it.")
    async def opened_by(self, info: Info) -> Person | None:
        row = await info.context.loaders.person.load(self.row.person_id)
        return None if row is None else Person.of(row, self.ownership)
