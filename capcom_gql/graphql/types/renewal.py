"""The types of a subscription's agenda and of its renewal (R13 to R15)."""

from datetime import date, datetime
from typing import Self

import strawberry

from capcom_gql.domain import agenda
from capcom_gql.domain.renewals import check_renewal, renewal_ends_on, renewed_at
from capcom_gql.domain.terms import LifecyclePolicy, renewal_notice_on
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import MilestoneKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.subscription_view import SubscriptionView
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import milestone_sentence


@strawberry.type(description="An entry of an agenda: what will happen to a subscription on a day, if nobody acts.")
class Milestone:
    kind: MilestoneKind = strawberry.field(description="What will happen.")
    on: date = strawberry.field(
        description="The day on which it will happen, in the operator's time zone; for a deadline its last day."
    )
    description: str = strawberry.field(description="What it means, in one sentence of the caller's language.")

    @classmethod
    def of(cls, milestone: agenda.Milestone, locale: Locale) -> Self:
        """The entry of an agenda, in the caller's language."""
        return cls(kind=milestone.kind, on=milestone.on, description=milestone_sentence(milestone, locale))


@strawberry.type(description="The renewal of the running term.")
class Renewal:
    notice_on: date = strawberry.field(
        description="The day on which manager and users are asked whether to renew, in the operator's time zone."
    )
    is_open: bool = strawberry.field(description="Whether `renew` would be accepted now, as far as this term goes.")
    reminders_sent: int = strawberry.field(
        description="How many reminders were sent; those skipped after an outage do not count."
    )
    reminders_max: int = strawberry.field(description="The most reminders that are sent for a term.")
    declined_at: datetime | None = strawberry.field(
        description="When the renewal was declined; null where it was not, or once it is renewed after all."
    )
    renewed_at: datetime | None = strawberry.field(
        description="When the term was renewed; null while no next term follows it."
    )
    would_end_on: date | None = strawberry.field(
        description="The last day, in the operator's time zone, of the term that renewing now would add; null while "
        "`isOpen` is false."
    )
    view: strawberry.Private[SubscriptionView]

    @classmethod
    def of(cls, view: SubscriptionView, policy: LifecyclePolicy) -> Self | None:
        """The renewal of the running term; None where the subscription is not live."""
        status = view.status
        running = status.running
        if running is None:
            return None
        is_open = not check_renewal(status)
        return cls(
            notice_on=renewal_notice_on(running.ends_on, policy),
            is_open=is_open,
            reminders_sent=running.reminders_sent,
            reminders_max=len(policy.reminder_days),
            declined_at=running.declined_at,
            renewed_at=renewed_at(running, view.facts.values()),
            would_end_on=renewal_ends_on(running, policy) if is_open else None,
            view=view,
        )

    @resolved("The reason that was given for declining; null where none was, or the renewal is not declined.")
    async def decline_reason(self, info: Info) -> str | None:
        if self.declined_at is None:
            return None
        note = await info.context.loaders.decline_note.load(self.view.organisation_id)
        # the latest note may be of an earlier decline, of another term or cleared by a renewal
        return note.text if note is not None and note.event.recorded_at >= self.declined_at else None
