"""The dossier of one subscription: its rows under the lock, with what was already due recorded first."""

from dataclasses import dataclass, field
from datetime import date, datetime

from capcom_gql.domain import lifecycle
from capcom_gql.domain.discounts import RedemptionState, redemption_state
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.letters import LETTERS, Audience, Topic
from capcom_gql.domain.lifecycle import Standing, Step, StepKind
from capcom_gql.domain.refusals import Code, Fault, Refusal
from capcom_gql.domain.rights import SYSTEM, Actor
from capcom_gql.domain.terms import CancellationReason, next_start
from capcom_gql.services.setup import Setup
from capcom_gql.storage.journal import Entry, Post, record, to_person
from capcom_gql.storage.models import Redemption, Seat, Subscription, Term
from capcom_gql.storage.product_clock import product_now


@dataclass
class Dossier:
    """A locked subscription with its terms and seats, at the product's present instant."""

    setup: Setup
    subscription: Subscription
    now: datetime
    terms: list[Term] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    recorded: int = 0
    """How many steps of the calendar were due and recorded on opening it."""

    @property
    def organisation_id(self) -> str:
        """The organisation whose subscription this is."""
        return self.subscription.organisation_id

    @property
    def today(self) -> date:
        """The civil day in the operator's zone."""
        return self.setup.policy.day_of(self.now)

    @property
    def standing(self) -> Standing:
        """How the subscription stands today. Raises Refusal where the clock was set back behind its opening."""
        stood = lifecycle.standing([term.facts() for term in self.terms], self.today, self.setup.policy)
        if stood is None:
            raise Refusal(Fault(Code.CONFLICT, (), "clock_behind"))
        return stood

    @property
    def active_seats(self) -> list[Seat]:
        """The seats that are not removed, by place."""
        return sorted((seat for seat in self.seats if seat.removed_at is None), key=lambda seat: seat.place)

    def term(self, term_id: str) -> Term:
        """A term of this subscription. Raises KeyError for another's."""
        return {term.id: term for term in self.terms}[term_id]

    def letters(self, topic: Topic, term: Term, due_at: datetime) -> list[Post]:
        """A letter about a term, to those whom the table of letters names: the manager, or every active seat."""
        everyone = LETTERS[topic].audience is Audience.EVERYONE
        return [
            Post(
                topic,
                to_person(seat.person, is_manager=seat.is_manager),
                due_at,
                term.id,
                {"seat_id": seat.id, "term_id": term.id},
            )
            for seat in self.active_seats
            if everyone or seat.is_manager
        ]

    async def record(self, entry: Entry, actor: Actor) -> None:
        """Write an event of this organisation with its letters."""
        await record(entry, actor=actor, now=self.now, channels=self.setup.channels)

    async def close(self) -> None:
        """Write down when the calendar next has something to do here; every deed on a dossier ends with it."""
        step = lifecycle.next_step([term.facts() for term in self.terms], self.now, self.setup.policy)
        self.subscription.due_at = None if step is None else step.at
        await self.subscription.save(update_fields=["due_at"])


async def open_dossier(setup: Setup, subscription_id: str) -> Dossier | None:
    """Lock a subscription and record what is already due on it; None where there is none. In a transaction.

    The instant is read under the lock, so that facts are recorded in the order of their instants.
    """
    subscription = await Subscription.filter(id=subscription_id).select_for_update().first()
    if subscription is None:
        return None
    dossier = Dossier(setup, subscription, await product_now())
    dossier.terms = await Term.filter(subscription_id=subscription_id).order_by("starts_on", "opened_at")
    dossier.seats = await Seat.filter(subscription_id=subscription_id).prefetch_related("person").order_by("id")
    dossier.recorded = await record_due(dossier)
    return dossier


async def record_due(dossier: Dossier) -> int:
    """Record, one by one and in order, the steps that the calendar has made true by now. Returns how many."""
    count = 0
    while True:
        facts = [term.facts() for term in dossier.terms]
        step = lifecycle.next_step(facts, dossier.now, dossier.setup.policy)
        if step is None or step.at > dossier.now:
            return count
        await _STEPS[step.kind](dossier, step)
        count += 1


async def _cancel_unpaid(dossier: Dossier, step: Step) -> None:
    """R9: the term and every later one; users are told the next morning, redemptions go back to be invoiced."""
    first = dossier.term(step.term_id)
    fallen = [term for term in dossier.terms if term.starts_on >= first.starts_on and term.facts().cancelled_at is None]
    for term in fallen:
        term.unpaid_at = step.at
        await term.save(update_fields=["unpaid_at"])
        letters = dossier.letters(Topic.CANCELLED, term, _morning(dossier, step)) if term is first else []
        await dossier.record(
            _step_entry(
                dossier,
                Kind.TERM_CANCELLED,
                term,
                step,
                {"reason": CancellationReason.UNPAID.value, "proof_due_on": term.proof_due_on.isoformat()},
                letters,
            ),
            SYSTEM,
        )
        await _list_to_reinvoice(dossier, term, step)


async def _list_to_reinvoice(dossier: Dossier, term: Term, step: Step) -> None:
    policy = dossier.setup.policy
    made = await Redemption.filter(term_id=term.id).order_by("id")
    due = [
        each
        for each in made
        if redemption_state(each.released_at, term.facts(), dossier.today, policy) is RedemptionState.TO_REINVOICE
    ]
    if not due:
        return
    details: dict[str, Detail] = {
        "redemption_ids": [each.id for each in due],
        "amount_minor": sum(each.reduction_minor for each in due),
        "currency": dossier.setup.currency,
    }
    await dossier.record(_step_entry(dossier, Kind.REDEMPTIONS_TO_REINVOICE, term, step, details), SYSTEM)


async def _remind_proof(dossier: Dossier, step: Step) -> None:
    """R8: the manager, once, that morning."""
    term = dossier.term(step.term_id)
    term.proof_reminded_at = step.at
    await term.save(update_fields=["proof_reminded_at"])
    letters = dossier.letters(Topic.PROOF_REMINDER, term, _morning(dossier, step))
    details: dict[str, Detail] = {"proof_due_on": term.proof_due_on.isoformat()}
    await dossier.record(_step_entry(dossier, Kind.PROOF_REMINDED, term, step, details, letters), SYSTEM)


async def _start(dossier: Dossier, step: Step) -> None:
    """R17: a renewed term begins, and the one before it is over without the subscription's expiring."""
    term = dossier.term(step.term_id)
    term.started_at = step.at
    await term.save(update_fields=["started_at"])
    for before in dossier.terms:
        if next_start(before.ends_on) == term.starts_on and before.facts().cancelled_at is None:
            before.ended_at = step.at
            await before.save(update_fields=["ended_at"])
    details: dict[str, Detail] = {"starts_on": term.starts_on.isoformat()}
    await dossier.record(_step_entry(dossier, Kind.TERM_STARTED, term, step, details), SYSTEM)


async def _expire(dossier: Dossier, step: Step) -> None:
    """R16: nothing follows the last day."""
    term = dossier.term(step.term_id)
    term.ended_at = step.at
    await term.save(update_fields=["ended_at"])
    details: dict[str, Detail] = {"ends_on": term.ends_on.isoformat()}
    await dossier.record(_step_entry(dossier, Kind.SUBSCRIPTION_EXPIRED, term, step, details), SYSTEM)


_STEPS = {
    StepKind.CANCEL_UNPAID: _cancel_unpaid,
    StepKind.REMIND_PROOF: _remind_proof,
    StepKind.START: _start,
    StepKind.EXPIRE: _expire,
}


def _step_entry(
    dossier: Dossier,
    kind: Kind,
    term: Term,
    step: Step,
    details: dict[str, Detail],
    posts: list[Post] | None = None,
) -> Entry:
    return Entry(
        kind,
        {"term_id": term.id, **details},
        organisation_id=dossier.organisation_id,
        subject_id=dossier.subscription.id,
        occurred_at=step.at,
        step_key=f"{kind.value}:{term.id}",
        posts=posts or [],
    )


def _morning(dossier: Dossier, step: Step) -> datetime:
    """When the letters of a step are due: 08:00 of the day on which its rule was met."""
    policy = dossier.setup.policy
    return policy.letter_instant(policy.day_of(step.at))
