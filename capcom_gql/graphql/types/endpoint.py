"""The type of webhook endpoints."""

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
    description="An HTTPS address to which events are posted as they are recorded, signed as Standard Webhooks "
    "specifies: those of one organisation, or all events. It is readable by staff and API keys with "
    "NOTIFICATIONS_WRITE."
)
class WebhookEndpoint(Node):
    url: URL = strawberry.field(description="The address to which events are posted.")
    description: str | None = strawberry.field(description="What it is for, as staff noted it; null without a note.")
    kinds: list[str] = strawberry.field(description="The kinds of event that it is sent; empty for all kinds.")
    is_enabled: bool = strawberry.field(
        description="Whether events are sent to it; while it is disabled they are held for it."
    )
    created_at: datetime = strawberry.field(description="When it was created, by the real clock.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.WebhookEndpoint]

    @classmethod
    def of(cls, row: tables.WebhookEndpoint) -> Self:
        """The endpoint of a row, without its secrets."""
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

    @resolved("The organisation whose events it is sent; null where it is sent all events.")
    async def organisation(self, info: Info) -> NamedOrganisation | None:
        return await organisation_named(info.context, self.row.organisation_id)
