"""The types of deliveries and of their attempts."""

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
from capcom_gql.graphql.ownership import Owned, Ownership, ReadThrough
from capcom_gql.graphql.types.event import Event
from capcom_gql.storage import tables


@strawberry.type(description="One attempt to send a delivery.")
class DeliveryAttempt:
    number: int = strawberry.field(
        description="Its number, from 1; the number of an attempt whose worker died has no entry."
    )
    at: datetime = strawberry.field(description="When it began, by the real clock.")
    outcome: str = strawberry.field(description="How it ended: `SENT`, `RETRY`, `FAILED` or `HELD`.")
    error: str | None = strawberry.field(
        description="What went wrong, as the channel reported it; null where nothing did, and once it is erased."
    )
    duration_ms: int | None = strawberry.field(
        description="How long the channel took, in milliseconds; null where it was not called."
    )

    @classmethod
    def of(cls, row: tables.DeliveryAttempt) -> Self:
        """The attempt of a row."""
        return cls(number=row.number, at=row.at, outcome=row.outcome, error=row.error, duration_ms=row.duration_ms)


@strawberry.type(
    description="A letter to one recipient, or an event to one webhook endpoint, by one channel. It is readable by "
    "staff and API keys with NOTIFICATIONS_WRITE; a manager reads the letters to the users of their organisation."
)
class Delivery(Node):
    topic: str = strawberry.field(
        description="Which letter it is, for programs: `welcome`, `renewal_notice`...; for an endpoint the kind of "
        "event."
    )
    channel: str = strawberry.field(description="The name of the channel that sends it.")
    recipient: str = strawberry.field(
        description="The address to which it is sent, of the channel's kind; blanked once the recipient is erased."
    )
    subject: str | None = strawberry.field(
        description="Its subject line; null before it is sent, for a channel without one, and once it is erased."
    )
    state: enums.DeliveryState = strawberry.field(description="Its state.")
    reason: str | None = strawberry.field(
        description="Why it is RETRYING, FAILED, HELD or SUPPRESSED; null in other states."
    )
    next_attempt_at: datetime | None = strawberry.field(
        description="When it is tried next: before its first attempt when it is due, by the service's clock; "
        "afterwards the end of the pause, by the real clock. Null unless it is PENDING or RETRYING."
    )
    sent_at: datetime | None = strawberry.field(description="When its channel accepted it; null until then.")
    created_at: datetime = strawberry.field(description="When it was recorded.")
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.Delivery]

    @classmethod
    def of(cls, row: tables.Delivery, organisation_id: str | None) -> Self:
        """The delivery of a row; `organisation_id` is the organisation whose manager may read it, or None."""
        state = enums.DeliveryState(row.state)
        is_waiting = state in WAITING
        next_at = row.next_attempt_at if row.attempt else row.due_at
        return cls(
            id=strawberry.ID(row.id),
            topic=row.topic,
            channel=row.channel,
            recipient=row.recipient,
            subject=row.subject,
            state=state,
            reason=row.reason,
            next_attempt_at=next_at if is_waiting else None,
            sent_at=row.sent_at,
            created_at=row.created_at,
            ownership=Owned((organisation_id,)),
            row=row,
        )

    @resolved("The event that it is about.")
    async def event(self, info: Info) -> Event:
        row = await info.context.loaders.event.load(self.row.event_id)
        assert row is not None, "an event is never deleted"
        return Event.of(row, ReadThrough(row.organisation_id, Right.DELIVERIES))

    @resolved("The attempts to send it so far, oldest first.")
    async def attempts(self, info: Info) -> list[DeliveryAttempt]:
        rows = await info.context.loaders.attempts_of_delivery.load(str(self.id))
        return [DeliveryAttempt.of(row) for row in rows]


async def deliveries_of(context: Context, delivery_ids: Sequence[str]) -> list[Delivery | None]:
    """The deliveries with some ids, in order; None for an unknown id. The caller's rights are not checked."""
    rows = await context.loaders.delivery.load_many(list(delivery_ids))
    organisations = iter(
        await context.loaders.managing_organisation.load_many([row.id for row in rows if row is not None])
    )
    return [None if row is None else Delivery.of(row, next(organisations)) for row in rows]
