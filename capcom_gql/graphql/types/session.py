"""The type of sessions, as their own person sees them."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.access.sessions import last_use
from capcom_gql.storage import tables


@strawberry.type(description="A session of the person who calls. Its instants are of the real clock.")
class Session:
    id: strawberry.ID = strawberry.field(description="The id of the session, for `endSession`; it is not its token.")
    created_at: datetime = strawberry.field(description="When the person signed in.")
    last_used_at: datetime = strawberry.field(
        description="When it was last used, to the minute. It ends two hours after its last use."
    )
    network: str | None = strawberry.field(
        description="The network that the person signed in from, as 203.0.113.0/24 or 2001:db8:1::/48; null where it "
        "is not known."
    )
    is_current: bool = strawberry.field(description="Whether it is the session of this request.")

    @classmethod
    def of(cls, row: tables.Session, current_id: str | None) -> Self:
        """The session of a row. `current_id` is the id of the session by which the caller asks."""
        return cls(
            id=strawberry.ID(row.id),
            created_at=row.created_at,
            last_used_at=last_use(row),
            network=row.network,
            is_current=row.id == current_id,
        )
