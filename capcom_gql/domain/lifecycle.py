"""States, worked out from recorded facts and the day.

The chart of a term's states. Facts move it (in brackets the rule), and nothing else does::

                    opened, reopened [R1]                       renewed [R14]
                             |                                        |
                             v                                        v
      proof [R8]        PROVISIONAL  <---- its first day [R17] ---- UPCOMING ----+
    +---------------------   |                                        |          |
    v                        | first instant of D+16 [R9]             | [R17]    | staff [R9]
 CONFIRMED --- staff [R9] ---+------------------------------> CANCELLED <--------+
    |   ^                                                             |
    |   +----------------- reinstated, unpaid only [R9] --------------+
    | the day after the last day [R16]
    v
  ENDED

An UPCOMING term whose proof is recorded becomes CONFIRMED on its first day. A subscription has the state of the term
that covers today while that one is PROVISIONAL or CONFIRMED (it is then *live*); else CANCELLED if the latest term
begun was cancelled, else EXPIRED.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.terms import (
    CancellationReason,
    LifecyclePolicy,
    Term,
    next_start,
    unpaid_instant,
)


class TermState(StrEnum):
    """The state of one term on a day."""

    UPCOMING = "UPCOMING"
    PROVISIONAL = "PROVISIONAL"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    ENDED = "ENDED"


class SubscriptionState(StrEnum):
    """The state of a subscription on a day."""

    PROVISIONAL = "PROVISIONAL"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class SubscriptionStatus:
    """How a subscription stands on a day: everything that is read from its terms at once.

    `term` is the one whose plan, dates and limit speak: the running one, else the latest begun. When live, `starts_on`
    is the first day of the unbroken chain of terms and `ends_on` the last of those that are not cancelled.
    `seat_limit` is the smaller of the running and the upcoming term's (R2), `valid_until` the day up to which
    a discount granted now holds (R10), None when not live.
    """

    state: SubscriptionState
    term: Term
    running: Term | None
    upcoming: Term | None
    starts_on: date
    ends_on: date
    proof_due_on: date | None
    seat_limit: int
    valid_until: date | None

    @property
    def is_live(self) -> bool:
        """A term that covers the day is provisional or confirmed."""
        return self.running is not None

    @property
    def limiting_term(self) -> Term:
        """The term whose seat limit counts (R2)."""
        if self.upcoming is not None and self.upcoming.offer.seat_limit < self.term.offer.seat_limit:
            return self.upcoming
        return self.term


def awaits_proof(term: Term) -> bool:
    """Neither confirmed nor cancelled: its proof is still to come (R8)."""
    return term.confirmed_at is None and term.cancelled_at is None


def proof_too_late(term: Term, today: date) -> bool:
    """The due day is over: D+15 itself still serves, to its last instant (R8)."""
    return today > term.proof_due_on


def lapsed(terms: Sequence[Term], today: date, policy: LifecyclePolicy) -> tuple[Term, ...]:
    """The terms as they stand once every unpaid cancellation due by today is recorded (R9).

    A term whose due day is over without proof is cancelled at the first instant of the day after, and every later
    term with it. Reading through this makes an answer right on day 16 with no worker at all.
    """
    settled: list[Term] = []
    fallen_at: datetime | None = None
    for term in sorted(terms, key=lambda each: (each.starts_on, each.opened_at)):
        current = term
        if term.cancelled_at is None:
            if fallen_at is not None:
                current = replace(term, unpaid_at=fallen_at)
            elif awaits_proof(term) and proof_too_late(term, today):
                fallen_at = unpaid_instant(term.proof_due_on, policy)
                current = replace(term, unpaid_at=fallen_at)
        settled.append(current)
    return tuple(settled)


def term_state(term: Term, today: date) -> TermState:
    """The state of a term that `lapsed` has read."""
    if term.cancelled_at is not None:
        return TermState.CANCELLED
    if today < term.starts_on:
        return TermState.UPCOMING
    if today > term.ends_on:
        return TermState.ENDED
    return TermState.PROVISIONAL if term.confirmed_at is None else TermState.CONFIRMED


def has_begun(term: Term, today: date, policy: LifecyclePolicy) -> bool:
    """Its first day has come, and it was not cancelled before that day's first instant was over (R17)."""
    if today < term.starts_on:
        return False
    return term.cancelled_at is None or term.cancelled_at > policy.first_instant(term.starts_on)


def subscription_status(terms: Iterable[Term], today: date, policy: LifecyclePolicy) -> SubscriptionStatus | None:
    """How a subscription stands on a day; None before its first term has begun."""
    known = lapsed(tuple(terms), today, policy)
    begun = [term for term in known if has_begun(term, today, policy)]
    if not begun:
        return None
    kept = [term for term in known if term.cancelled_at is None]
    running = next((term for term in kept if term.covers(today)), None)
    upcoming = next((term for term in kept if today < term.starts_on), None) if running else None
    term = running or begun[-1]
    chain = [term] if running is None else _unbroken(running, kept)
    awaited = [each.proof_due_on for each in known if awaits_proof(each)]
    limits = [each.offer.seat_limit for each in (term, upcoming) if each is not None]
    return SubscriptionStatus(
        state=_state(running, term),
        term=term,
        running=running,
        upcoming=upcoming,
        starts_on=chain[0].starts_on,
        ends_on=chain[-1].ends_on,
        proof_due_on=min(awaited, default=None),
        seat_limit=min(limits),
        valid_until=None if running is None else _valid_until(running, chain),
    )


def _state(running: Term | None, term: Term) -> SubscriptionState:
    if running is not None:
        confirmed = running.confirmed_at is not None
        return SubscriptionState.CONFIRMED if confirmed else SubscriptionState.PROVISIONAL
    return SubscriptionState.EXPIRED if term.cancelled_at is None else SubscriptionState.CANCELLED


def _unbroken(running: Term, kept: Sequence[Term]) -> list[Term]:
    """The terms that follow one another without a day between, around the running one."""
    by_start = sorted(kept, key=lambda each: each.starts_on)
    chain = [running]
    for earlier in reversed(by_start):
        if next_start(earlier.ends_on) == chain[0].starts_on:
            chain.insert(0, earlier)
    for following in by_start:
        if following.starts_on == next_start(chain[-1].ends_on):
            chain.append(following)
    return chain


def _valid_until(running: Term, chain: Sequence[Term]) -> date:
    """The due day while the running term is provisional, else the end of the unbroken confirmed terms (R10)."""
    if running.confirmed_at is None:
        return running.proof_due_on
    until = running.ends_on
    for term in chain:
        if term.starts_on == next_start(until) and term.confirmed_at is not None:
            until = term.ends_on
    return until


def as_of(terms: Iterable[Term], at: datetime) -> tuple[Term, ...]:
    """The terms as they were known at a past instant: what happened after it is taken away."""
    return tuple(_without_later(term, at) for term in terms if term.opened_at <= at)


def _without_later(term: Term, at: datetime) -> Term:
    def known(instant: datetime | None) -> datetime | None:
        return instant if instant is not None and instant <= at else None

    return replace(
        term,
        confirmed_at=known(term.confirmed_at),
        unpaid_at=known(term.unpaid_at),
        reinstated_at=known(term.reinstated_at),
        withdrawn_at=known(term.withdrawn_at),
        proof_reminded_at=known(term.proof_reminded_at),
        started_at=known(term.started_at),
        ended_at=known(term.ended_at),
        declined_at=known(term.declined_at),
    )


def follows(later: Term, term: Term) -> bool:
    """Whether a term is one that takes over the day after another, cancelled or not."""
    return later.starts_on == next_start(term.ends_on)


def follower(term: Term, terms: Iterable[Term]) -> Term | None:
    """The term that is not cancelled and takes over the day after, if there is one."""
    return next((each for each in terms if each.cancelled_at is None and follows(each, term)), None)


def overlapped(starts_on: date, ends_on: date, terms: Iterable[Term]) -> Term | None:
    """A term that is not cancelled and shares a day with a period: no two may (R9)."""
    shared = (each for each in terms if each.starts_on <= ends_on and starts_on <= each.ends_on)
    return next((each for each in shared if each.cancelled_at is None), None)


def previous_unpaid(status: SubscriptionStatus) -> bool:
    """Not live because the latest term begun was never paid: the organisation cannot reopen alone (R9)."""
    return not status.is_live and status.term.cancellation_reason is CancellationReason.UNPAID
