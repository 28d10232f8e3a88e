"""What will come to a subscription: its agenda, and where its renewal stands."""

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


@strawberry.type(description="What will happen to a subscription on a day, if nobody acts.")
class Milestone:
    kind: MilestoneKind = strawberry.field(description="What will happen.")
    on: date = strawberry.field(description="The day, in the operator's time zone; a deadline's last day.")
    description: str = strawberry.field(description="What it means, in the caller's language.")

    @classmethod
    def of(cls, milestone: agenda.Milestone, locale: Locale) -> Self:
        """A milestone in the caller's words."""
        return cls(kind=milestone.kind, on=milestone.on, description=milestone_sentence(milestone, locale))


@strawberry.type(description="Where the renewal of the running term stands.")
class Renewal:
    notice_on: date = strawberry.field(description="The day on which manager and users are asked.")
    is_open: bool = strawberry.field(description="Whether it could be renewed now.")
    reminders_sent: int = strawberry.field(description="How many reminders were sent; those skipped are not counted.")
    reminders_max: int = strawberry.field(description="How many there may be at most.")
    declined_at: datetime | None = strawberry.field(description="When it was declined, if that still stands.")
    renewed_at: datetime | None = strawberry.field(description="When it was renewed, if a term follows.")
    would_end_on: date | None = strawberry.field(
        description="The last day of the term that renewing now would add; null while it cannot be renewed."
    )
    view: strawberry.Private[SubscriptionView]

    @classmethod
    def of(cls, view: SubscriptionView, policy: LifecyclePolicy) -> Self | None:
        """The renewal of a subscription's running term; None when it is not live."""
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

    @resolved("The reason given for declining, if one was.")
    async def decline_reason(self, info: Info) -> str | None:
        if self.declined_at is None:
            return None
        note = await info.context.loaders.decline_note.load(self.view.organisation_id)
        # an earlier decline, of another term or cleared by a renewal since, had a reason of its own
        return note.text if note is not None and note.event.recorded_at >= self.declined_at else None
