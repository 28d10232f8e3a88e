"""The words of these tests: an opening, a proof, a renewal, told in days and hours of the operator's zone."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from capcom_gql.domain.plans import DiscountRule, EventKind, Offer, Service
from capcom_gql.domain.seats import Seat
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, first_term, renewed_term

PARIS = ZoneInfo("Europe/Paris")
POLICY = LifecyclePolicy()
ALL_SERVICES = tuple(Service)
DISCOUNTS = (
    DiscountRule(EventKind.TRAINING, percent=20),
    DiscountRule(EventKind.MEETING, amount_minor=1500),
)
"""The Forum is not covered."""


def day(text: str) -> date:
    """The day written 2026-12-09."""
    return date.fromisoformat(text)


def paris(text: str) -> datetime:
    """The instant that a Paris clock shows as 2026-12-09 10:00, in UTC; a day alone means its noon."""
    local = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(day(text), time(12))
    return local.replace(tzinfo=PARIS).astimezone(UTC)


def utc(text: str) -> datetime:
    """The instant written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def just_before(instant: datetime) -> datetime:
    """The last microsecond before an instant."""
    return instant - timedelta(microseconds=1)


def offer(
    seats: int = 5,
    *,
    discounts: tuple[DiscountRule, ...] = DISCOUNTS,
    services: tuple[Service, ...] = ALL_SERVICES,
) -> Offer:
    """A plan as a term keeps it."""
    return Offer(f"PLAN{seats}", f"Formule {seats}", seats, seats * 20_000, services, discounts)


def covering(seats: int, kinds: Collection[str]) -> Offer:
    """A plan that grants a tenth at some kinds of event."""
    return offer(seats, discounts=tuple(DiscountRule(EventKind(kind), percent=10) for kind in sorted(kinds)))


def opened(on: str = "2026-12-09", *, name: str = "first", plan: Offer | None = None) -> Term:
    """A term opened on a day (at its noon, or at the minute given): provisional, its proof awaited."""
    return first_term(name, paris(on), plan or offer(), POLICY)


def renewed(running: Term, on: str, *, name: str = "second", plan: Offer | None = None) -> Term:
    """The term that a renewal on a day adds after the running one."""
    return renewed_term(name, paris(on), running, plan or offer(), POLICY)


def confirmed(term: Term, on: str) -> Term:
    """The term once its proof is recorded."""
    return replace(term, confirmed_at=paris(on))


def unpaid(term: Term) -> Term:
    """The term once its cancellation at the first instant of D+16 is recorded."""
    after_due = datetime.combine(term.proof_due_on + timedelta(days=1), time(), PARIS)
    return replace(term, unpaid_at=after_due.astimezone(UTC))


def reinstated(term: Term, on: str) -> Term:
    """The unpaid term once staff have accepted its proof after all."""
    return replace(unpaid(term), reinstated_at=paris(on), confirmed_at=paris(on))


def withdrawn(term: Term, on: str, reason: CancellationReason = CancellationReason.BY_STAFF) -> Term:
    """The term once staff have cancelled it."""
    return replace(term, withdrawn_at=paris(on), withdrawn_reason=reason)


def a_seat(added: str = "2026-12-09", *, removed: str | None = None, manager: bool = False, place: int = 1) -> Seat:
    """A seat given on a day, and perhaps removed on another."""
    gone = None if removed is None else paris(removed)
    return Seat(f"seat{place}", f"person{place}", place, manager, paris(added), gone)
