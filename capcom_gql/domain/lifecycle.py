"""The state of terms and subscriptions on a civil day of the operator's zone, computed from recorded facts.

The states of a term. Only recorded facts and the day change them; the rule is in brackets::

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
    """The state of one term on a civil day of the operator's zone."""

    UPCOMING = "UPCOMING"
    """its first day is still to come (R17)"""
    PROVISIONAL = "PROVISIONAL"
    """running, its payment proof still awaited; grants what CONFIRMED grants (R3)"""
    CONFIRMED = "CONFIRMED"
    """running, its payment proof recorded (R8)"""
    CANCELLED = "CANCELLED"
    """cancelled unpaid or by staff, and not reinstated (R9)"""
    ENDED = "ENDED"
    """its last day is over (R16)"""


class SubscriptionState(StrEnum):
    """The state of a subscription on a civil day of the operator's zone; live in the first two."""

    PROVISIONAL = "PROVISIONAL"
    """the running term awaits its payment proof (R3)"""
    CONFIRMED = "CONFIRMED"
    """the payment proof of the running term is recorded (R8)"""
    CANCELLED = "CANCELLED"
    """no running term, and the latest term begun was cancelled (R9)"""
    EXPIRED = "EXPIRED"
    """no running term, and the latest term begun reached its last day (R16)"""


@dataclass(frozen=True, slots=True)
class SubscriptionStatus:
    """The state, dates and limits of a subscription on a civil day, computed from its terms."""

    state: SubscriptionState
    term: Term
    """the term whose plan and dates apply: the running one, otherwise the latest begun"""
    running: Term | None
    """the term that covers the day and is not cancelled; None when the subscription is not live"""
    upcoming: Term | None
    """the next term that is not cancelled; None when the subscription is not live"""
    starts_on: date
    """the first day of the unbroken chain of terms around the running one; `term`'s own when not live"""
    ends_on: date
    """the last day of that chain, inclusive; `term`'s own when not live"""
    proof_due_on: date | None
    """the last day, inclusive, for the earliest payment proof that is awaited (R8); None when none is"""
    seat_limit: int
    """the smaller of the limits of `term` and of the upcoming term (R2)"""
    valid_until: date | None
    """the last day, inclusive, on which a discount granted now holds (R10); None when not live"""

    @property
    def is_live(self) -> bool:
        """Whether a term that covers the day is provisional or confirmed (R1)."""
        return self.running is not None

    @property
    def limiting_term(self) -> Term:
        """The one of `term` and `upcoming` whose seat limit is smaller, `term` where they are equal (R2)."""
        if self.upcoming is not None and self.upcoming.offer.seat_limit < self.term.offer.seat_limit:
            return self.upcoming
        return self.term


def awaits_proof(term: Term) -> bool:
    """Whether the payment proof of a term is still to come: it is neither confirmed nor cancelled (R8)."""
    return term.confirmed_at is None and term.cancelled_at is None


def proof_too_late(term: Term, today: date) -> bool:
    """Whether the due day of the proof is over; on the due day itself (D+15) a proof is still accepted (R8)."""
    return today > term.proof_due_on


def apply_unpaid_cancellations(terms: Sequence[Term], today: date, policy: LifecyclePolicy) -> tuple[Term, ...]:
    """The terms, oldest first, with every unpaid cancellation that is due by `today`, recorded or not (R9).

    A term whose due day is over without proof is cancelled at the first instant of the next day, and every later
    term with it. Reads go through this function, so that they are right on D+16 even when no worker has run.
    """
    effective: list[Term] = []
    cancelled_at: datetime | None = None
    for term in sorted(terms, key=lambda each: (each.starts_on, each.opened_at)):
        current = term
        if term.cancelled_at is None:
            if cancelled_at is not None:
                current = replace(term, unpaid_at=cancelled_at)
            elif awaits_proof(term) and proof_too_late(term, today):
                cancelled_at = unpaid_instant(term.proof_due_on, policy)
                current = replace(term, unpaid_at=cancelled_at)
        effective.append(current)
    return tuple(effective)


def term_state(term: Term, today: date) -> TermState:
    """The state on a civil day of a term that has passed through `apply_unpaid_cancellations`."""
    if term.cancelled_at is not None:
        return TermState.CANCELLED
    if today < term.starts_on:
        return TermState.UPCOMING
    if today > term.ends_on:
        return TermState.ENDED
    return TermState.PROVISIONAL if term.confirmed_at is None else TermState.CONFIRMED


def has_begun(term: Term, today: date, policy: LifecyclePolicy) -> bool:
    """Whether a term's first day has come without a cancellation at or before that day's first instant (R17)."""
    if today < term.starts_on:
        return False
    return term.cancelled_at is None or term.cancelled_at > policy.first_instant(term.starts_on)


def subscription_status(terms: Iterable[Term], today: date, policy: LifecyclePolicy) -> SubscriptionStatus | None:
    """The status of a subscription on a civil day, as if the tick had run; None before its first term has begun."""
    known = apply_unpaid_cancellations(tuple(terms), today, policy)
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
    """The terms that follow one another without a gap, around the running one, oldest first."""
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
    """The due day while the running term is provisional, otherwise the end of the unbroken confirmed terms (R10)."""
    if running.confirmed_at is None:
        return running.proof_due_on
    until = running.ends_on
    for term in chain:
        if term.starts_on == next_start(until) and term.confirmed_at is not None:
            until = term.ends_on
    return until


def as_of(terms: Iterable[Term], at: datetime) -> tuple[Term, ...]:
    """The terms as the facts up to and including a past instant give them; later facts and terms are left out.

    `renewal_settled_to` and `reminders_sent` keep today's values.
    """
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
    """Whether `later` starts on the day after `term` ends; either may be cancelled."""
    return later.starts_on == next_start(term.ends_on)


def next_term(term: Term, terms: Iterable[Term]) -> Term | None:
    """The term that starts on the day after `term` ends and is not cancelled, or None."""
    return next((each for each in terms if each.cancelled_at is None and follows(each, term)), None)


def overlapping_term(starts_on: date, ends_on: date, terms: Iterable[Term]) -> Term | None:
    """A term that is not cancelled and shares a day with the period (both days inclusive), or None (R9)."""
    shared = (each for each in terms if each.starts_on <= ends_on and starts_on <= each.ends_on)
    return next((each for each in shared if each.cancelled_at is None), None)


def previous_unpaid(status: SubscriptionStatus) -> bool:
    """Whether a subscription is not live because its latest term begun was cancelled unpaid (R9).

    The organisation cannot reopen such a subscription by itself; staff can.
    """
    return not status.is_live and status.term.cancellation_reason is CancellationReason.UNPAID
