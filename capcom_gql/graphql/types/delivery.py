"""Who was told what, by which channel, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.domain.letters import WAITING
from capcom_gql.domain.rights import Right
from capcom_gql.graphql import enums
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership, Reached
from capcom_gql.graphql.types.event import Event
from capcom_gql.storage import tables


@strawberry.type(description="One try to send a letter.")
class DeliveryAttempt:
    number: int = strawberry.field(description="Which try it was, from 1; one that a crash cut short is missing.")
    at: datetime = strawberry.field(description="When it began, by the real clock.")
    outcome: str = strawberry.field(description="How it ended: `SENT`, `RETRY`, `FAILED` or `HELD`.")
    error: str | None = strawberry.field(description="What went wrong; null where nothing did.")
    duration_ms: int | None = strawberry.field(
        description="How long the channel took, in milliseconds; null where it was not called."
    )

    @classmethod
    def of(cls, row: tables.DeliveryAttempt) -> Self:
        """An attempt as it is recorded."""
        return cls(number=row.number, at=row.at, outcome=row.outcome, error=row.error, duration_ms=row.duration_ms)


@strawberry.type(
    description="A letter to one person, or an event to one webhook endpoint, by one channel, and what became of it."
)
class Delivery(Node):
    topic: str = strawberry.field(
        description="What it is about, for programs: `welcome`, `renewal_notice`...; to an endpoint, the kind of event."
    )
    channel: str = strawberry.field(description="The channel it goes by, by its name.")
    recipient: str = strawberry.field(description="The address it goes to, of the channel's kind.")
    subject: str | None = strawberry.field(description="Its subject line; null until it was written.")
    state: enums.DeliveryState = strawberry.field(description="What became of it so far.")
    reason: str | None = strawberry.field(
        description="Why it is tried again, was given up, waits or is not sent; null where nothing is wrong."
    )
    next_attempt_at: datetime | None = strawberry.field(
        description="When it is tried next: the instant it is due, by the product's clock, until it was tried; after "
        "that the end of its wait, by the real clock. Null where it is not to be tried."
    )
    sent_at: datetime | None = strawberry.field(description="When its channel took it, by the product's clock.")
    created_at: datetime = strawberry.field(description="When it was written down, by the product's clock.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.Delivery]

    @classmethod
    def of(cls, row: tables.Delivery, organisation_id: str | None) -> Self:
        """A letter as it stands; `organisation_id` is the organisation whose manager may read it."""
        state = enums.DeliveryState(row.state)
        waits = state in WAITING
        next_at = row.next_attempt_at if row.attempt else row.due_at
        return cls(
            id=strawberry.ID(row.id),
            topic=row.topic,
            channel=row.channel,
            recipient=row.recipient,
            subject=row.subject,
            state=state,
            reason=row.reason,
            next_attempt_at=next_at if waits else None,
            sent_at=row.sent_at,
            created_at=row.created_at,
            ownership=Owned((organisation_id,)),
            row=row,
        )

    @resolved("What happened, for which it was written.")
    async def event(self, info: Info) -> Event:
        row = await info.context.loaders.event.load(self.row.event_id)
        assert row is not None, "an event is never deleted"
        return Event.of(row, Reached(row.organisation_id, Right.DELIVERIES))

    @resolved("The tries to send it so far, in their order.")
    async def attempts(self, info: Info) -> list[DeliveryAttempt]:
        rows = await info.context.loaders.attempts_of_delivery.load(str(self.id))
        return [DeliveryAttempt.of(row) for row in rows]


async def deliveries_of(context: Context, delivery_ids: Sequence[str]) -> list[Delivery | None]:
    """Letters by their ids; None for an id that names none. Whether the caller may see them is for others to ask."""
    rows = await context.loaders.delivery.load_many(list(delivery_ids))
    shown = await context.loaders.managing_organisation.load_many([row.id for row in rows if row is not None])
    organisations = iter(shown)
    return [None if row is None else Delivery.of(row, next(organisations)) for row in rows]
