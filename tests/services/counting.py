"""The figures of a report, counted over the events alone, without any of the product's rules.

What is due must be recorded. Events tell neither a plan's first price nor what was answered to a survey: those are
given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from capcom_gql.storage.tables import Event
from tests.services.lives import Said

PARIS = ZoneInfo("Europe/Paris")
FRESH_PLANS = {"ESSENTIEL": (3, 60_000), "EQUIPE": (5, 90_000), "COLLECTIF": (10, 150_000)}
"""Seats and price of the plans of a fresh database."""
A_DAY = timedelta(days=1)


@dataclass
class Year:
    """A term, as events tell it. `turns` are its cancellations (their reason) and reinstatements (None), in order."""

    organisation_id: str
    opened_at: datetime
    starts_on: date
    ends_on: date
    seats: int
    price: int
    confirmed_at: datetime | None = None
    turns: list[tuple[datetime, str | None]] = field(default_factory=list)

    def reason(self, before: datetime) -> str | None:
        """Why it lies cancelled just before an instant."""
        return next((reason for at, reason in reversed(self.turns) if at < before), None)

    def is_kept(self, before: datetime) -> bool:
        """Opened by then, and not cancelled."""
        return self.opened_at < before and self.reason(before) is None

    def is_awaited(self, before: datetime) -> bool:
        """Kept, and its proof was not recorded by then."""
        return self.is_kept(before) and (self.confirmed_at is None or self.confirmed_at >= before)


@dataclass
class Books:
    """Everything that the events tell."""

    years: dict[str, Year] = field(default_factory=dict)
    seats: list[tuple[datetime, str, str, int]] = field(default_factory=list)
    """when, of which organisation, which seat: 1 for given, -1 for gone"""
    redeemed: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    to_reinvoice: dict[str, set[str]] = field(default_factory=dict)
    """ids of redemptions by term"""
    asked: list[tuple[datetime, str, str]] = field(default_factory=list)
    """when, about which term, which seat"""
    answered: list[tuple[str, str]] = field(default_factory=list)


def kept_books(events: Sequence[Event]) -> Books:
    """The events, told apart."""
    books, plans = Books(), dict(FRESH_PLANS)
    for event in events:
        told: dict[str, Any] = event.details
        at, owner = event.occurred_at, event.organisation_id or ""
        match event.kind:
            case "plan.saved":
                plans[told["plan_code"]] = (told["seat_limit"], told["price_minor"])
            case "subscription.opened" | "renewal.done":
                days = date.fromisoformat(told["starts_on"]), date.fromisoformat(told["ends_on"])
                term_id = told.get("renewed_term_id", told["term_id"])
                books.years[term_id] = Year(owner, at, *days, *plans[told["plan_code"]])
            case "term.confirmed":
                books.years[told["term_id"]].confirmed_at = at
            case "term.cancelled":
                books.years[told["term_id"]].turns.append((at, told["reason"]))
            case "term.reinstated":
                books.years[told["term_id"]].confirmed_at = at
                books.years[told["term_id"]].turns.append((at, None))
                books.to_reinvoice.pop(told["term_id"], None)
            case "seat.added" | "seat.removed":
                books.seats.append((at, owner, told["seat_id"], 1 if event.kind == "seat.added" else -1))
            case "seat.replaced":
                books.seats += [(at, owner, told["seat_id"], 1), (at, owner, told["replaced_seat_id"], -1)]
            case "discount.redeemed":
                books.redeemed[told["redemption_id"]] = (at, told["reduction_minor"])
            case "discount.released":
                books.released.add(told["redemption_id"])
            case "redemptions.to_reinvoice":
                books.to_reinvoice[told["term_id"]] = set(told["redemption_ids"])
            case "survey.asked":
                books.asked += [(event.recorded_at, told["term_id"], seat_id) for seat_id in told["seat_ids"]]
            case "survey.answered":
                books.answered.append((told["term_id"], told["seat_id"]))
    return books


def day_of(instant: datetime) -> date:
    """The day in Paris."""
    return instant.astimezone(PARIS).date()


def counted(books: Books, first: date, last: date, now: datetime) -> dict[str, Any]:
    """Every figure of the report but the survey's, asked now."""
    today, years = day_of(now), list(books.years.values())
    as_of = now if last >= today else datetime.combine(last + A_DAY, time(), PARIS).astimezone(UTC)
    day = min(last, today)

    def within(instant: datetime) -> bool:
        return first <= day_of(instant) <= last

    def began(year: Year) -> bool:
        first_instant = datetime.combine(year.starts_on, time(), PARIS)
        return year.starts_on <= today and not (year.reason(now) and year.turns[-1][0] <= first_instant)

    kept = [year for year in years if year.is_kept(now)]
    over = [year for year in kept if first <= year.ends_on <= last and year.ends_on < today]
    followed = [year for year in over if _follows(year, kept)]
    paid, paid_on = ([year for year in some if year.confirmed_at is not None] for some in (over, followed))
    live = [year for year in years if year.is_kept(as_of) and year.starts_on <= day <= year.ends_on]
    used = {year.organisation_id: _seats(books, year.organisation_id, as_of) for year in live}
    lost = {each for some in books.to_reinvoice.values() for each in some}
    redeemed = {
        id_: reduction for id_, (at, reduction) in books.redeemed.items() if within(at) and id_ not in books.released
    }
    return {
        "live": len(live),
        "opened": sum(first <= year.starts_on <= last and began(year) for year in years),
        "confirmed": sum(year.confirmed_at is not None and within(year.confirmed_at) for year in years),
        "cancelled_unpaid": sum(year.reason(now) == "UNPAID" and within(year.turns[-1][0]) for year in years),
        "expired": len(over) - len(followed),
        "renewed": len(followed),
        "renewal_rate": len(paid_on) / len(paid) if paid else None,
        "seats_used": sum(used.values()),
        "seats_available": sum(_limit(year, years, as_of) - used[year.organisation_id] for year in live),
        "redemptions": len(redeemed),
        "reduction_minor": sum(reduction for id_, reduction in redeemed.items() if id_ not in lost),
        "proof_awaited_minor": sum(year.price for year in years if year.is_awaited(as_of)),
    }


def _follows(year: Year, kept: Sequence[Year]) -> bool:
    next_day = year.ends_on + A_DAY
    return any(each.organisation_id == year.organisation_id and each.starts_on == next_day for each in kept)


def _seats(books: Books, organisation_id: str, as_of: datetime) -> int:
    return sum(change for at, owner, _, change in books.seats if owner == organisation_id and at < as_of)


def _limit(running: Year, years: Sequence[Year], as_of: datetime) -> int:
    upcoming = [
        each.seats
        for each in years
        if each.organisation_id == running.organisation_id and each.is_kept(as_of) and each.starts_on > running.ends_on
    ]
    return min([running.seats, *upcoming])


def asked_and_said(books: Books, said: Mapping[tuple[str, str], Said], first: date, last: date) -> dict[str, Any]:
    """The figures of the surveys asked in the period."""
    asked = {(term, seat) for at, term, seat in books.asked if first <= day_of(at) <= last}
    answered = [said[each] for each in books.answered if each in asked]
    scores = [each.score for each in answered]
    for_it, against = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
    return {
        "asked": len(asked),
        "answered": len(answered),
        "score": sum(scores) / len(scores) if scores else None,
        "nps": floor(Fraction(100 * (for_it - against), len(scores)) + Fraction(1, 2)) if scores else None,
        "comments": [each.comment for each in reversed(answered) if each.comment],
    }
