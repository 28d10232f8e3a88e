"""Invariants of the present state, verified at the end of every month of a simulation and at its end.

Each function yields a sentence for every violation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from capcom_gql.cli.simulation.record import Snapshot, SubscriptionRecord
from capcom_gql.domain.lifecycle import SubscriptionStatus, subscription_status
from capcom_gql.domain.steps import next_step
from capcom_gql.storage.engine.columns import as_day


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation of an invariant: its name, and a sentence that says where it does not hold."""

    invariant: str
    fault: str


def states_are_the_rules(present: Snapshot) -> Iterator[str]:
    """The states that SQL computes for filters are those that the domain's rules compute."""
    today = present.policy.day_of(present.now)
    for held in present.holdings.values():
        row = present.statuses[held.organisation_id]
        read = (
            row["state"],
            bool(row["is_live"]),
            row["plan_code"],
            *(as_day(row[day]) for day in ("starts_on", "ends_on", "proof_due_on")),
        )
        status = subscription_status(held.terms, today, present.policy)
        ruled = None if status is None else _columns(status)
        if read != ruled:
            yield f"{held.id}: SQL reads {read}, the rules say {ruled}"


def _columns(status: SubscriptionStatus) -> tuple[object, ...]:
    plan = status.term.offer.plan_code
    return status.state.value, status.is_live, plan, status.starts_on, status.ends_on, status.proof_due_on


def one_manager(present: Snapshot) -> Iterator[str]:
    """A live subscription has exactly one manager (R12)."""
    for held in present.holdings.values():
        managers = [seat.id for seat in held.seats if seat.is_active and seat.is_manager]
        if present.statuses[held.organisation_id]["is_live"] and len(managers) != 1:
            yield f"{held.id} has {len(managers)} managers"


def seats_within_limit(present: Snapshot) -> Iterator[str]:
    """A live subscription has no more active seats than its limit (R2)."""
    today = present.policy.day_of(present.now)
    for held in present.holdings.values():
        status = subscription_status(held.terms, today, present.policy)
        active = sum(seat.is_active for seat in held.seats)
        if status is not None and status.is_live and active > status.seat_limit:
            yield f"{held.id} has {active} active seats of {status.seat_limit}"


def terms_apart(present: Snapshot) -> Iterator[str]:
    """No two terms that are not cancelled share a day."""
    for held in present.holdings.values():
        yield from overlaps(held)


def overlaps(held: SubscriptionRecord) -> Iterator[str]:
    """The pairs of terms of a subscription, neither cancelled, that share a day."""
    kept = [term for term in held.terms if term.cancelled_at is None]
    for earlier, later in pairwise(kept):
        if later.starts_on <= earlier.ends_on:
            yield f"{held.id}: {later.id} starts on {later.starts_on}, {earlier.id} ends on {earlier.ends_on}"


def due_is_recorded(present: Snapshot) -> Iterator[str]:
    """Every step that is due is recorded, and the instant of the next one is stored."""
    for held in present.holdings.values():
        step = next_step(held.terms, present.now, present.policy)
        if step is not None and step.at <= present.now:
            yield f"{held.id}: {step.kind} of {step.term_id} was due at {step.at.isoformat()}"
        elif held.due_at != (None if step is None else step.at):
            yield f"{held.id}: the next tick is stored as {held.due_at}, but the next step is {step}"


def letters_have_gone(present: Snapshot) -> Iterator[str]:
    """Every letter that was due is sent, or suppressed with a reason (Letters)."""
    if present.unsent:
        yield f"{present.unsent} letters are neither sent nor suppressed"


PRESENT: dict[str, Callable[[Snapshot], Iterator[str]]] = {
    "states-are-the-rules": states_are_the_rules,
    "one-manager": one_manager,
    "seats-within-limit": seats_within_limit,
    "terms-apart": terms_apart,
    "due-is-recorded": due_is_recorded,
    "letters-have-gone": letters_have_gone,
}
"""The invariants of a snapshot, by name."""


def check_present(present: Snapshot) -> list[Violation]:
    """The violations in a snapshot."""
    return [Violation(name, fault) for name, faults in PRESENT.items() for fault in faults(present)]
