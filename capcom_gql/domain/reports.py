"""The figures of the report of a period, for the operator ("Report" in docs/rules.md defines each).

What has not happened yet is in no figure: a term counts as opened once its first day has come, and as renewed or
expired once its last day is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from capcom_gql.domain.lifecycle import (
    apply_unpaid_cancellations,
    as_of,
    awaits_proof,
    has_begun,
    next_term,
    subscription_status,
)
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, next_start

PROMOTERS, DETRACTORS = range(9, 11), range(7)
"""The survey scores of promoters (9 and 10) and of detractors (0 to 6), as the net promoter score defines them."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period from one civil day of the operator's zone to another, both inclusive."""

    first: date
    last: date

    def contains(self, day: date) -> bool:
        """Whether a civil day is in the period."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that the terms of one subscription, or the sum of many, add to a report."""

    live: int = 0
    """subscriptions that are live at the end of the period, or now if that is still to come"""
    opened: int = 0
    """terms whose first day is in the period and has come, except those cancelled at or before its first instant"""
    confirmed: int = 0
    """terms confirmed in the period"""
    cancelled_unpaid: int = 0
    """terms cancelled unpaid in the period"""
    expired: int = 0
    """terms that ended in the period without a next one"""
    renewed: int = 0
    """terms that ended in the period with a next one that is not cancelled"""
    ended_confirmed: int = 0
    """confirmed terms that ended in the period: the whole of the renewal rate"""
    renewed_confirmed: int = 0
    """those of them with a next term that is not cancelled: the part of the renewal rate"""
    seat_limit: int = 0
    """seats of the live subscriptions"""
    proof_awaited_minor: int = 0
    """prices, in minor units, of the terms that await their proof at the end of the period"""

    def __add__(self, other: "Figures") -> "Figures":
        """The sum of two sets of figures, field by field."""
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def renewal_rate(self) -> float | None:
        """The part (0 to 1) of `ended_confirmed` that has a next term which is not cancelled; None where it is 0."""
        return self.renewed_confirmed / self.ended_confirmed if self.ended_confirmed else None


def figures_of(terms: Sequence[Term], period: Period, today: date, policy: LifecyclePolicy) -> Figures:
    """The figures that one subscription adds to the report of a period, computed on the civil day `today`."""
    known = apply_unpaid_cancellations(tuple(terms), today, policy)
    unpaid = [term for term in known if term.cancellation_reason is CancellationReason.UNPAID]
    over = [
        term for term in known if term.cancelled_at is None and term.ends_on < today and period.contains(term.ends_on)
    ]
    renewed = [term for term in over if next_term(term, known) is not None]
    at_the_end = _terms_at_end(terms, period, today, policy)
    status = subscription_status(at_the_end, min(period.last, today), policy)
    is_live = status is not None and status.is_live
    return Figures(
        live=int(is_live),
        opened=sum(has_begun(term, today, policy) and period.contains(term.starts_on) for term in known),
        confirmed=sum(
            term.confirmed_at is not None and period.contains(policy.day_of(term.confirmed_at)) for term in known
        ),
        cancelled_unpaid=sum(
            term.cancelled_at is not None and period.contains(policy.day_of(term.cancelled_at)) for term in unpaid
        ),
        expired=len(over) - len(renewed),
        renewed=len(renewed),
        ended_confirmed=sum(term.confirmed_at is not None for term in over),
        renewed_confirmed=sum(term.confirmed_at is not None for term in renewed),
        seat_limit=status.seat_limit if status is not None and is_live else 0,
        proof_awaited_minor=sum(term.offer.price_minor for term in at_the_end if awaits_proof(term)),
    )


def _terms_at_end(terms: Sequence[Term], period: Period, today: date, policy: LifecyclePolicy) -> tuple[Term, ...]:
    """The terms at the last instant of the period, or now if that is still to come."""
    if period.last >= today:
        return apply_unpaid_cancellations(tuple(terms), today, policy)
    # what is dated at the first instant of the next day is not part of the period
    last_instant = policy.first_instant(next_start(period.last)) - timedelta(microseconds=1)
    return apply_unpaid_cancellations(as_of(terms, last_instant), period.last, policy)


def net_promoter_score(scores: Sequence[int]) -> int | None:
    """The percentage of promoters minus that of detractors: -100 to 100, rounded half up; None without a score."""
    if not scores:
        return None
    balance = sum(score in PROMOTERS for score in scores) - sum(score in DETRACTORS for score in scores)
    return (200 * balance + len(scores)) // (2 * len(scores))
