"""A locked subscription: the rows that a command reads and changes, at one instant of the product's clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from capcom_gql.domain import lifecycle, steps
from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.discounts import RedemptionState, redemption_state
from capcom_gql.domain.letters import LETTERS, Audience, Topic
from capcom_gql.domain.lifecycle import SubscriptionStatus
from capcom_gql.domain.refusals import Code, Fault, Refusal
from capcom_gql.domain.rights import Actor
from capcom_gql.runtime import Runtime
from capcom_gql.storage.event_log import NewDelivery, NewEvent, record, to_person
from capcom_gql.storage.tables import Redemption, Seat, Subscription, Term


@dataclass
class LockedSubscription:
    """A subscription whose row is locked until the transaction ends; `calendar.lock_subscription` makes one."""

    runtime: Runtime
    subscription: Subscription
    now: datetime
    """the present instant by the product's clock, read under the lock; in UTC"""
    terms: list[Term] = field(default_factory=list)
    """all terms, oldest first"""
    seats: list[Seat] = field(default_factory=list)
    """all seats with their persons, removed ones too"""
    recorded: int = 0
    """how many steps of the calendar were due and were recorded when it was locked"""

    @property
    def organisation_id(self) -> str:
        """The id of the organisation that has this subscription."""
        return self.subscription.organisation_id

    @property
    def today(self) -> date:
        """The civil day of `now` in the operator's zone."""
        return self.runtime.policy.day_of(self.now)

    @property
    def facts(self) -> list[term_rules.Term]:
        """The terms as the rules take them, oldest first."""
        return [term.facts() for term in self.terms]

    @property
    def status(self) -> SubscriptionStatus:
        """The status today.

        Raises Refusal (CONFLICT) where no term has begun, as when the product's clock was set back.
        """
        status = lifecycle.subscription_status(self.facts, self.today, self.runtime.policy)
        if status is None:
            raise Refusal(Fault(Code.CONFLICT, (), "clock_behind"))
        return status

    @property
    def active_seats(self) -> list[Seat]:
        """The seats that are not removed, by place."""
        return sorted((seat for seat in self.seats if seat.removed_at is None), key=lambda seat: seat.place)

    def term(self, term_id: str) -> Term:
        """The term with an id. Raises KeyError where this subscription has no such term."""
        return {term.id: term for term in self.terms}[term_id]

    def letters(
        self,
        topic: Topic,
        term: Term,
        due_at: datetime,
        *,
        subject: str | None = None,
        about: Mapping[str, str] | None = None,
        by_phone: bool = True,
    ) -> list[NewDelivery]:
        """The letters of a topic about a term: to the manager or to every active seat, as the table of letters says.

        `due_at` is by the product's clock. `subject` is what it is sent once for, by default the term; `about` are
        further ids for its text; `by_phone` False excludes SMS. Raises ValueError for a letter to anybody else: to the
        support address it is a `NewDelivery` with `to_support`.
        """
        audience = LETTERS[topic].audience
        if audience not in (Audience.MANAGER, Audience.EVERYONE):
            raise ValueError(f"{topic} is not sent to the manager or the users: {audience}")
        everyone = audience is Audience.EVERYONE
        return [
            NewDelivery(
                topic,
                to_person(seat.person, is_manager=seat.is_manager),
                due_at,
                subject or term.id,
                {"seat_id": seat.id, "term_id": term.id, **(about or {})},
                by_phone,
            )
            for seat in self.active_seats
            if everyone or seat.is_manager
        ]

    async def redemptions_to_reinvoice(self, term: Term) -> list[Redemption]:
        """The redemptions of a cancelled term whose reduction is to be invoiced after all, by id (R9)."""
        made = await Redemption.filter(term_id=term.id).order_by("id")
        facts = term.facts()
        return [
            each
            for each in made
            if redemption_state(each.released_at, facts, self.today, self.runtime.policy)
            is RedemptionState.TO_REINVOICE
        ]

    async def record(self, entry: NewEvent, actor: Actor) -> None:
        """Record an event at `now`, with its letters, as `event_log.record` does."""
        await record(entry, actor=actor, now=self.now, channels=self.runtime.channels)

    async def schedule(self) -> None:
        """Write when the next step of the calendar is due. Every command on a subscription ends with it."""
        step = steps.next_step(self.facts, self.now, self.runtime.policy)
        self.subscription.due_at = None if step is None else step.at
        self.subscription.leased_until, self.subscription.step_failures = None, 0
        await self.subscription.save(update_fields=["due_at", "leased_until", "step_failures"])
