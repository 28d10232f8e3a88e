"""Import the organisations that subscribe already elsewhere, from a table with a line for each of their users.

Each organisation is imported as a whole or not at all, in a transaction of its own. One that exists already is skipped,
so that a corrected file can be imported again. No letters are sent but the welcomes, where they are asked for. From
then on the calendar treats an imported subscription like any other ("Imported subscriptions" in docs/rules.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from capcom_gql.access.accounts import find_or_create_all
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.imports import imported_term
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.steps import next_step
from capcom_gql.domain.terms import Term as TermFacts
from capcom_gql.runtime import Runtime
from capcom_gql.services.importing.check_candidates import faults_of, find_existing, opening_key
from capcom_gql.services.importing.group_lines import LineFault, group_lines
from capcom_gql.services.importing.read_candidates import Candidate, read_candidates
from capcom_gql.services.importing.read_table import Table
from capcom_gql.services.importing.welcome_imported import welcome_imported
from capcom_gql.storage import ids
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Plan, Seat
from capcom_gql.subscription.catalogue import open_plans
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.organisations import new_organisation
from capcom_gql.subscription.proofs import confirm_term
from capcom_gql.subscription.seats import seat_people
from capcom_gql.subscription.terms import add_term, new_subscription, subscription_opened

NOT_ACCEPTED_HERE = ""
"""The version of the terms of use of an imported term: none was accepted here (R19)."""


class Outcome(StrEnum):
    """The result of the import of one organisation."""

    IMPORTED = "IMPORTED"
    THERE_ALREADY = "THERE_ALREADY"
    """it exists already, and is unchanged"""
    REFUSED = "REFUSED"
    """it has faults, and is not imported"""


@dataclass(frozen=True, slots=True)
class Result:
    """The result for one organisation of the file."""

    name: str
    lines: tuple[int, ...]
    """the numbers of its lines"""
    outcome: Outcome
    faults: tuple[LineFault, ...] = ()
    """why it is refused, in the order of the file"""
    calendar_writes: bool = False
    """whether the calendar sends a letter about it at once, such as a renewal notice"""
    welcomed: int = 0
    """how many users are mailed a welcome"""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import."""

    dry_run: bool = False
    """write nothing, and return the same results"""
    welcome: bool = False
    """mail a welcome (R7) to the users of running terms, also to those of an earlier import who got none"""


async def import_organisations(
    runtime: Runtime,
    actor: Actor,
    table: Table,
    options: ImportOptions,
    on_organisation: Callable[[int, int], None] = lambda done, count: None,
) -> list[Result]:
    """Import the organisations of a table. Returns a result for each, in the order of the file.

    A fault in one does not affect the others. `on_organisation` is called after each with the number done and the
    number of all. Raises Refusal (FORBIDDEN).
    """
    authorize(Right.ADMINISTRATION, actor)
    plans = {folded(plan.code): plan for plan in await Plan.all()}
    work = _Import(runtime, actor, options, plans, await open_plans())
    candidates = read_candidates(group_lines(table))
    results = []
    for done, candidate in enumerate(candidates, start=1):
        results.append(await work.import_one(candidate))
        on_organisation(done, len(candidates))
    return results


@dataclass(frozen=True, slots=True)
class _Import:
    runtime: Runtime
    actor: Actor
    options: ImportOptions
    plans: Mapping[str, Plan]
    on_offer: Sequence[str]

    async def import_one(self, candidate: Candidate) -> Result:
        """Import one organisation, in a transaction of its own."""

        async def work() -> Result:
            return await self._checked(candidate)

        return await (work() if self.options.dry_run else in_one_transaction(work))

    async def _checked(self, candidate: Candidate) -> Result:
        name, lines = candidate.name, tuple(candidate.lines)
        if (organisation_id := await find_existing(candidate)) is not None:
            welcomed = 0
            if self.options.welcome:
                welcomed = await welcome_imported(self.runtime, organisation_id, dry_run=self.options.dry_run)
            return Result(name, lines, Outcome.THERE_ALREADY, welcomed=welcomed)
        now = await product_now()
        policy = self.runtime.policy
        today = policy.day_of(now)
        plan = self.plans.get(folded(candidate.plan_code))
        facts: TermFacts | None = None
        if plan is not None and candidate.first_day is not None:
            received_on = None if candidate.proof is None else candidate.proof.received_on
            term_id = ids.new_id(ids.TERM)
            facts = imported_term(term_id, candidate.first_day, plan.offer(), received_on, today, policy)
        faults = await faults_of(candidate, plan, facts, self.on_offer, today)
        if faults or plan is None or facts is None:
            return Result(name, lines, Outcome.REFUSED, faults)
        if not self.options.dry_run:
            organisation = await new_organisation(self.runtime, self.actor, candidate.organisation.value, now)
            await self._open(await new_subscription(self.runtime, organisation, now), candidate, plan, facts)
        step = next_step([facts], now, policy)
        writes = step is not None and step.at <= now
        welcomed = len(lines) if self._welcomes(facts) else 0
        return Result(name, lines, Outcome.IMPORTED, calendar_writes=writes, welcomed=welcomed)

    def _welcomes(self, facts: TermFacts) -> bool:
        """Whether the users are mailed a welcome: not for a term that is over."""
        return self.options.welcome and facts.ended_at is None

    async def _open(self, locked: LockedSubscription, candidate: Candidate, plan: Plan, facts: TermFacts) -> None:
        """Write what a sign-up on the first day would, and what has happened since, each event at its own instant."""
        term = await add_term(locked, plan, facts, NOT_ACCEPTED_HERE, None)
        seats = await self._seat(locked, candidate, welcomed=self._welcomes(facts))
        about = (locked.organisation_id, locked.subscription.id)
        opening = subscription_opened(locked, term, seats, occurred_at=term.opened_at, step_key=opening_key(candidate))
        await locked.record(opening, self.actor)
        if candidate.proof is not None:
            at = facts.confirmed_at
            details = await confirm_term(locked, term, candidate.proof, at=at)
            await locked.record(NewEvent(Kind.TERM_CONFIRMED, details, *about, occurred_at=at), self.actor)
        if changed := term.update_facts(facts):
            await term.save(update_fields=changed)
            over = {"term_id": term.id, "ends_on": term.ends_on.isoformat()}
            await locked.record(
                NewEvent(Kind.SUBSCRIPTION_EXPIRED, over, *about, occurred_at=term.ended_at), self.actor
            )
        await locked.schedule()

    async def _seat(self, locked: LockedSubscription, candidate: Candidate, *, welcomed: bool) -> list[Seat]:
        people = await find_or_create_all([user.person.value for user in candidate.users], locked.now)
        pairs = list(zip(candidate.users, people, strict=True))
        return await seat_people(
            locked,
            people,
            self.actor,
            manager=next(person for user, person in pairs if user.is_manager),
            numbers={person.id: user.number for user, person in pairs if user.number is not None},
            welcomed=welcomed,
        )
