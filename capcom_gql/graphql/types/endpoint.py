"""Webhook endpoints: where events are sent."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership
from capcom_gql.graphql.scalars import URL
from capcom_gql.graphql.types.named import NamedOrganisation, organisation_named
from capcom_gql.languages.sentences import say
from capcom_gql.storage import tables


@strawberry.type(
    description="An address that is sent events as they are recorded, signed as Standard Webhooks says: those of one "
    "organisation, or the operator's, which is sent all."
)
class WebhookEndpoint(Node):
    url: URL = strawberry.field(description="Where events are posted.")
    description: str | None = strawberry.field(description="What it is for, as staff noted it.")
    kinds: list[str] = strawberry.field(description="The kinds of event that it is sent; none means all.")
    is_enabled: bool = strawberry.field(
        description="Whether it is sent anything now; what happens meanwhile is kept for it."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.WebhookEndpoint]

    @classmethod
    def of(cls, row: tables.WebhookEndpoint) -> Self:
        """An endpoint, without its secrets."""
        return cls(
            id=strawberry.ID(row.id),
            url=URL(row.url),
            description=row.description,
            kinds=list(row.kinds),
            is_enabled=row.is_enabled,
            created_at=row.created_at,
            ownership=Owned((row.organisation_id,)),
            row=row,
        )

    @resolved("Why it is disabled, in the caller's language; null while it is enabled.")
    async def disabled_reason(self, info: Info) -> str | None:
        reason = self.row.disabled_reason
        return None if reason is None else say("answers", f"disabled.{reason}", info.context.locale)

    @resolved("The organisation whose events it is sent; null for the operator's, which is sent all.")
    async def organisation(self, info: Info) -> NamedOrganisation | None:
        return await organisation_named(info.context, self.row.organisation_id)
