"""Every history that a subscription can have by the rules, as its terms' facts; for properties.

A history is played: time passes, often to an edge, and a deed that the rules allow is done. Every deed first records
what is due; after the last one the worker may be late, and what is due stays unrecorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from capcom_gql.domain.lifecycle import SubscriptionStatus, awaits_proof, proof_too_late, subscription_status
from capcom_gql.domain.terms import CancellationReason, Term, first_term, renewed_term
from tests.domain.playing import settled
from tests.domain.words import POLICY, offer
from tests.storage.rows import edges

Terms = tuple[Term, ...]
Deed = Callable[[Terms, datetime], Terms]
A_MINUTE = timedelta(minutes=1)
HOURS = [time(0), time(0, 1), time(9, 30), time(23, 59, 59)]
MOST_TERMS = 4


@st.composite
def histories(draw: st.DrawFn) -> Terms:
    """The terms of one subscription, oldest first."""
    first = draw(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    now = _instant(first, draw(st.sampled_from(HOURS)))
    terms: Terms = (first_term("term0", now, offer(3), POLICY),)
    for _ in range(draw(st.integers(0, 6))):
        now = max(now + A_MINUTE, _later(draw, terms))
        terms = settled(terms, now, POLICY)
        deeds = _deeds(terms, POLICY.day_of(now))
        if deeds:
            terms = draw(st.sampled_from(deeds))(terms, now)
    if draw(st.booleans()):
        terms = settled(terms, max(now, _later(draw, terms)), POLICY)
    return terms


def _later(draw: st.DrawFn, terms: Terms) -> datetime:
    # renewed this late, a term may fall unpaid just before it begins, just as it begins, or just after
    late = {term.ends_on - timedelta(days=days) for term in terms for days in (14, 15, 16)}
    days = [day for day in sorted({*edges(terms), *late}) if day >= POLICY.day_of(terms[-1].opened_at)]
    anywhere = days[0] + timedelta(days=draw(st.integers(0, 500)))
    return _instant(draw(st.sampled_from([*days, anywhere])), draw(st.sampled_from(HOURS)))


def _instant(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, POLICY.zone).astimezone(UTC)


def _deeds(terms: Terms, today: date) -> list[Deed]:
    """What somebody may do about this subscription today."""
    status = subscription_status(terms, today, POLICY)
    deeds: list[Deed] = []
    if any(awaits_proof(term) and not proof_too_late(term, today) for term in terms):
        deeds.append(_confirm)
    if _not_ended(terms, today):
        deeds.append(_withdraw)
    if _reinstatable(terms) is not None:
        deeds.append(_reinstate)
    if len(terms) < MOST_TERMS and status is not None:
        deeds += _openings(status)
    return deeds


def _openings(status: SubscriptionStatus) -> list[Deed]:
    if status.running is None:
        return [_reopen]
    return [_renew] if status.upcoming is None and status.running.confirmed_at is not None else []


def _confirm(terms: Terms, now: datetime) -> Terms:
    term = next(term for term in terms if awaits_proof(term))
    return _with(terms, replace(term, confirmed_at=now))


def _not_ended(terms: Sequence[Term], today: date) -> list[Term]:
    return [term for term in terms if term.cancelled_at is None and today <= term.ends_on]


def _withdraw(terms: Terms, now: datetime) -> Terms:
    for term in _not_ended(terms, POLICY.day_of(now)):
        terms = _with(terms, replace(term, withdrawn_at=now, withdrawn_reason=CancellationReason.WITHDRAWN))
    return terms


def _reinstatable(terms: Terms) -> Term | None:
    """The latest term cancelled unpaid, if no other took its place."""
    for term in reversed(terms):
        if term.cancellation_reason is CancellationReason.UNPAID:
            kept = sorted(
                [*(each for each in terms if each.cancelled_at is None), term], key=lambda each: each.starts_on
            )
            return term if all(one.ends_on < next_.starts_on for one, next_ in pairwise(kept)) else None
    return None


def _reinstate(terms: Terms, now: datetime) -> Terms:
    term = _reinstatable(terms)
    assert term is not None
    return _with(terms, replace(term, confirmed_at=now, reinstated_at=now))


def _renew(terms: Terms, now: datetime) -> Terms:
    status = subscription_status(terms, POLICY.day_of(now), POLICY)
    assert status is not None and status.running is not None
    return (*terms, renewed_term(f"term{len(terms)}", now, status.running, offer(3 + len(terms)), POLICY))


def _reopen(terms: Terms, now: datetime) -> Terms:
    return (*terms, first_term(f"term{len(terms)}", now, offer(3 + len(terms)), POLICY))


def _with(terms: Terms, changed: Term) -> Terms:
    return tuple(changed if term.id == changed.id else term for term in terms)
