"""The type of API keys, with which machines sign in."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.graphql.enums import Scope
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership
from capcom_gql.storage import tables


@strawberry.type(
    description="A key with which a machine calls the API. Its secret is shown once, when it is created. Its instants "
    "are of the real clock."
)
class ApiKey(Node):
    name: str = strawberry.field(description="What it is for, as staff named it.")
    prefix: str = strawberry.field(description="The beginning of the secret, by which the key is recognised.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was created.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null before its first use."
    )
    expires_at: datetime | None = strawberry.field(
        description="From when on it no longer works; null where it does not expire."
    )
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null where it was not.")
    ownership: strawberry.Private[Ownership]

    @classmethod
    def of(cls, row: tables.ApiKey) -> Self:
        """The key of a row, without its secret."""
        return cls(
            id=strawberry.ID(row.id),
            name=row.name,
            prefix=row.prefix,
            scopes=[Scope(each) for each in row.scopes],
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            ownership=Owned(),
        )
