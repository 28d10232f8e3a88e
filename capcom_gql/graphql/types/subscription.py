"""The types of organisations, subscriptions and seats, which refer to one another."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Self

import strawberry

from capcom_gql.domain.agenda import agenda
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.graphql.connections import After, Before, Connection, First, Last, window_of
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Service, SubscriptionState
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership
from capcom_gql.graphql.scalars import SubscriberNumber
from capcom_gql.graphql.subscription_view import SubscriptionView
from capcom_gql.graphql.types.event import Event, timeline_of
from capcom_gql.graphql.types.organisation import OrganisationFields
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.plan import Plan
from capcom_gql.graphql.types.renewal import Milestone, Renewal
from capcom_gql.graphql.types.survey import SurveyRequest
from capcom_gql.graphql.types.term import Term
from capcom_gql.storage import tables


@strawberry.type(
    description="A public body, which has one subscription. It is readable by its users, staff, and API keys with "
    "ORGANISATIONS_READ; `billingEmail` and `chorusServiceCode` not by users other than the manager."
)
class Organisation(OrganisationFields):
    created_at: datetime = strawberry.field(description="When it was created here.")
    ownership: strawberry.Private[Ownership]
    is_echo: strawberry.Private[bool] = False

    @classmethod
    def of(cls, row: tables.Organisation) -> Self:
        """The organisation of a row."""
        return cls(
            id=strawberry.ID(row.id),
            **{name: getattr(row, name) for name in ORGANISATION},
            created_at=row.created_at,
            ownership=Owned((row.id,)),
        )

    @resolved("Its subscription; null before its first term has begun.")
    async def subscription(self, info: Info) -> "OrganisationSubscription | None":
        if self.is_echo:
            return None
        view = await info.context.loaders.view_of_organisation.load(str(self.id))
        return None if view is None else OrganisationSubscription.of(view)


@dataclass
class Echo:
    """What a caller has just sent, which is read back to them instead of what is stored (R5)."""

    organisation: Organisation
    seats: "list[Seat]" = field(default_factory=list)


@strawberry.type(
    description="The subscription of an organisation as it is today; states and days are right even when no worker has "
    "run. Days are of the operator's time zone, inclusive. When it is not live, plan, days and limit are those of the "
    "latest term begun. Timeline, agenda and renewal are for the manager, staff, and API keys with ORGANISATIONS_READ."
)
class OrganisationSubscription(Node):
    state: SubscriptionState = strawberry.field(description="Its state today.")
    is_live: bool = strawberry.field(description="Whether a term that covers today is provisional or confirmed.")
    starts_on: date = strawberry.field(
        description="The first day of the terms that follow one another without a gap up to the running one."
    )
    ends_on: date = strawberry.field(
        description="The last day of the terms that follow one another without a gap from the running one."
    )
    proof_due_on: date | None = strawberry.field(
        description="The last day for the earliest payment proof that is awaited; null where none is."
    )
    seat_limit: int = strawberry.field(
        description="The most active seats (users) it may have: the limit of the running term, or of the upcoming one "
        "where that is smaller."
    )
    view: strawberry.Private[SubscriptionView]
    ownership: strawberry.Private[Ownership]
    echo: strawberry.Private[Echo | None] = None

    @classmethod
    def of(cls, view: SubscriptionView, ownership: Ownership | None = None, echo: Echo | None = None) -> Self:
        """The subscription of a view; `echo` is what a caller without rights who has just sent a form may see (R5).

        `ownership` says who may read it; by default those with rights over the view's organisation.
        """
        status = view.status
        return cls(
            id=strawberry.ID(view.subscription.id),
            state=status.state,
            is_live=status.is_live,
            starts_on=status.starts_on,
            ends_on=status.ends_on,
            proof_due_on=status.proof_due_on,
            seat_limit=status.seat_limit,
            view=view,
            ownership=ownership or Owned((view.organisation_id,)),
            echo=echo,
        )

    @resolved("The organisation that has it.")
    async def organisation(self, info: Info) -> Organisation:
        if self.echo is not None:
            return self.echo.organisation
        row = await info.context.loaders.organisation.load(self.view.organisation_id)
        assert row is not None, "an organisation is never deleted"
        return Organisation.of(row)

    @resolved("The plan of the running term, as that plan is today; when not live, of the latest term begun.")
    async def plan(self, info: Info) -> Plan:
        row = await info.context.loaders.plan.load(self.view.row(self.view.status.term.id).plan_id)
        assert row is not None, "a plan is never deleted"
        return Plan.of(row, info.context.runtime.currency)

    @resolved("The number of its active seats.")
    async def seats_used(self, info: Info) -> int:
        rows = await info.context.loaders.seats.load(str(self.id))
        return sum(row.removed_at is None for row in rows)

    @resolved("The seat of the manager, who administers the list of users; null where there is no manager any more.")
    async def manager(self, info: Info) -> "Seat | None":
        if self.echo is not None:
            return None
        rows = await info.context.loaders.seats.load(str(self.id))
        return next((Seat.of(row, self.view) for row in rows if row.is_manager and row.removed_at is None), None)

    @resolved(
        "The seats that the caller may see, in the order in which they were added: all for the manager, staff, and API "
        "keys with ORGANISATIONS_READ, for a user their own."
    )
    async def seats(
        self,
        info: Info,
        include_removed: Annotated[
            bool | None, strawberry.argument(description="Whether removed seats are listed too.")
        ] = False,
    ) -> "list[Seat]":
        if self.echo is not None:
            return self.echo.seats
        rows = await info.context.loaders.seats.load(str(self.id))
        seats = [Seat.of(row, self.view) for row in rows if include_removed or row.removed_at is None]
        return [seat for seat in seats if seat.is_listed_for(info.context.actor)]

    @resolved("The term that covers today; null when it is not live.")
    async def current_term(self, info: Info) -> Term | None:
        running = self.view.status.running
        return None if running is None or self.echo is not None else self._term(running.id, info)

    @resolved("The next term after the running one; null where it is not renewed.")
    async def upcoming_term(self, info: Info) -> Term | None:
        upcoming = self.view.status.upcoming
        return None if upcoming is None or self.echo is not None else self._term(upcoming.id, info)

    @resolved("All its terms, oldest first, cancelled and ended ones too.")
    async def terms(self, info: Info) -> list[Term]:
        return [self._term(row.id, info) for row in self.view.rows]

    @resolved("The events about its organisation, newest first by `occurredAt`.")
    async def timeline(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Event] | None:
        if self.echo is not None:
            return None
        window = window_of(info.context.locale, first, after, last, before)
        return await timeline_of(info.context, self.view.organisation_id, window)

    @resolved("What will happen to it, and on which day, if nobody acts; in the order of the days.")
    async def agenda(self, info: Info) -> list[Milestone]:
        context = info.context
        milestones = agenda(self.view.facts.values(), await context.now(), context.runtime.policy)
        return [Milestone.of(each, context.locale) for each in milestones]

    @resolved("The renewal of the running term; null when it is not live.")
    async def renewal(self, info: Info) -> Renewal | None:
        return None if self.echo is not None else Renewal.of(self.view, info.context.runtime.policy)

    def _term(self, term_id: str, info: Info) -> Term:
        return Term.of(self.view, term_id, info.context.runtime.currency, self.ownership, is_echo=self.echo is not None)


@strawberry.type(
    description="One named person's place in a subscription, with a subscriber number of its own. Users see their own "
    "seat and the manager's."
)
class Seat(Node):
    subscriber_number: SubscriberNumber | None = strawberry.field(
        description="The personal subscriber number; for its holder, the manager and staff only, never for API keys."
    )
    is_manager: bool = strawberry.field(description="Whether its holder is the manager, who administers the list.")
    is_active: bool = strawberry.field(description="Whether it was not removed.")
    added_at: datetime = strawberry.field(description="When it was added.")
    removed_at: datetime | None = strawberry.field(
        description="When it was removed, from when on its number is not valid; null while it is active."
    )
    view: strawberry.Private[SubscriptionView]
    person_id: strawberry.Private[str]
    ownership: strawberry.Private[Ownership]
    echo: strawberry.Private[tuple[OrganisationSubscription, Person] | None] = None

    @classmethod
    def of(cls, row: tables.Seat, view: SubscriptionView) -> Self:
        """The seat of a row."""
        return cls(
            id=strawberry.ID(row.id),
            subscriber_number=SubscriberNumber(row.number),
            is_manager=row.is_manager,
            is_active=row.removed_at is None,
            added_at=row.added_at,
            removed_at=row.removed_at,
            view=view,
            person_id=row.person_id,
            ownership=Owned((view.organisation_id,), row.person_id),
        )

    def is_listed_for(self, actor: Actor) -> bool:
        """Whether the caller sees this seat in lists: a user only their own, while it is active."""
        if not self.ownership.allow(Right.VIEW_DETAILS, actor):
            return False
        return self.is_active or Owned((self.view.organisation_id,)).allow(Right.VIEW_DETAILS, actor)

    def is_visible_to(self, actor: Actor) -> bool:
        """Whether the caller may see this seat at all: users also see the seat of their manager."""
        as_manager = self.is_manager and self.is_active and self.ownership.allow(Right.VIEW, actor)
        return as_manager or self.is_listed_for(actor)

    @resolved("The subscription that it is in.")
    async def subscription(self) -> OrganisationSubscription:
        return OrganisationSubscription.of(self.view) if self.echo is None else self.echo[0]

    @resolved("The person who has it.")
    async def person(self, info: Info) -> Person | None:
        if self.echo is not None:
            return self.echo[1]
        row = await info.context.loaders.person.load(self.person_id)
        return None if row is None else Person.of(row, self.ownership)

    @resolved("The services that its holder may use today; empty where the subscription is not live or it is removed.")
    async def services(self) -> list[Service]:
        running = self.view.status.running
        return list(running.offer.services) if running is not None and self.is_active else []

    @resolved(
        "The latest survey that its holder was sent; null where none was. For the holder, the manager, staff, and API "
        "keys with ORGANISATIONS_READ."
    )
    async def survey(self, info: Info) -> SurveyRequest | None:
        context = info.context
        row = None if self.echo is not None else await context.loaders.survey_of_seat.load(str(self.id))
        if row is None:
            return None
        return SurveyRequest.of(row, self.view, context.runtime.currency, context.runtime.policy)


async def seat_for(context: Context, seat_id: str) -> Seat | None:
    """The seat with an id; None where it does not exist or the caller may not see it."""
    row = await context.loaders.seat.load(seat_id)
    view = None if row is None else await context.loaders.view.load(row.subscription_id)
    if row is None or view is None:
        return None
    seat = Seat.of(row, view)
    return seat if seat.is_visible_to(context.actor) else None
