"""The figures of a period, as the operator reads them (see "Report" in the definitions of the rules).

What has not happened yet is in no figure: a term counts once its first day has come, its last day is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from capcom_gql.domain.lifecycle import as_of, awaits_proof, follower, has_begun, lapsed, subscription_status
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, next_start

PROMOTERS, DETRACTORS = range(9, 11), range(7)
"""Scores that speak for the service, and against it: the usual bounds of the net promoter score."""


@dataclass(frozen=True, slots=True)
class Period:
    """Civil days of the operator's zone, both inclusive."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is one of the period's."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Figures:
    """What the terms of one subscription, or of many, add to a report.

    `ended_confirmed` and `renewed_confirmed` are what the renewal rate is made of; money in minor units.
    """

    live: int = 0
    opened: int = 0
    confirmed: int = 0
    cancelled_unpaid: int = 0
    expired: int = 0
    renewed: int = 0
    ended_confirmed: int = 0
    renewed_confirmed: int = 0
    seat_limit: int = 0
    proof_awaited_minor: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """The figures of both."""
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def renewal_rate(self) -> float | None:
        """Of the confirmed terms that ended, the part that was followed by one not cancelled; None for none."""
        return self.renewed_confirmed / self.ended_confirmed if self.ended_confirmed else None


def figures_of(terms: Sequence[Term], period: Period, today: date, policy: LifecyclePolicy) -> Figures:
    """What one subscription adds to the report of a period, asked on a day."""
    known = lapsed(tuple(terms), today, policy)
    unpaid = [term for term in known if term.cancellation_reason is CancellationReason.UNPAID]
    over = [term for term in known if term.cancelled_at is None and term.ends_on < today and period.holds(term.ends_on)]
    renewed = [term for term in over if follower(term, known) is not None]
    at_the_end = _at_the_end(terms, period, today, policy)
    status = subscription_status(at_the_end, min(period.last, today), policy)
    is_live = status is not None and status.is_live
    return Figures(
        live=int(is_live),
        opened=sum(has_begun(term, today, policy) and period.holds(term.starts_on) for term in known),
        confirmed=sum(
            term.confirmed_at is not None and period.holds(policy.day_of(term.confirmed_at)) for term in known
        ),
        cancelled_unpaid=sum(
            term.cancelled_at is not None and period.holds(policy.day_of(term.cancelled_at)) for term in unpaid
        ),
        expired=len(over) - len(renewed),
        renewed=len(renewed),
        ended_confirmed=sum(term.confirmed_at is not None for term in over),
        renewed_confirmed=sum(term.confirmed_at is not None for term in renewed),
        seat_limit=status.seat_limit if status is not None and is_live else 0,
        proof_awaited_minor=sum(term.offer.price_minor for term in at_the_end if awaits_proof(term)),
    )


def _at_the_end(terms: Sequence[Term], period: Period, today: date, policy: LifecyclePolicy) -> tuple[Term, ...]:
    """The terms as they stood at the last instant of the period, or as they stand now."""
    if period.last >= today:
        return lapsed(tuple(terms), today, policy)
    # what the first instant of the next day brings is not of the period
    last_instant = policy.first_instant(next_start(period.last)) - timedelta(microseconds=1)
    return lapsed(as_of(terms, last_instant), period.last, policy)


def net_promoter_score(scores: Sequence[int]) -> int | None:
    """The percentage of promoters less that of detractors, -100 to 100, half up; None without an answer."""
    if not scores:
        return None
    balance = sum(score in PROMOTERS for score in scores) - sum(score in DETRACTORS for score in scores)
    return (200 * balance + len(scores)) // (2 * len(scores))
