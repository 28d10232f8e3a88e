"""Durations and dates: the twelve months, the fifteen days, the month before, the reminders.

Days are civil days of the operator's zone, the first and the last of a term inclusive. Instants are aware, in UTC.
"""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from capcom_gql.domain.plans import Offer


@dataclass(frozen=True, slots=True)
class LifecyclePolicy:
    """The numbers of the rules, with the operator's zone; the defaults are Cap'Com's."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    term_months: int = 12
    proof_days: int = 15
    proof_reminder_days: int = 5
    notice_months: int = 1
    reminder_days: tuple[int, ...] = (21, 14, 7)
    seats_min: int = 3
    seats_max: int = 10
    survey_days: int = 30
    letter_hour: int = 8

    def first_instant(self, day: date) -> datetime:
        """The first instant of a civil day of the operator's zone, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def letter_instant(self, day: date) -> datetime:
        """When the calendar letters of a day are due: 08:00 of the operator's zone, in UTC."""
        return datetime.combine(day, time(self.letter_hour), self.zone).astimezone(UTC)

    def day_of(self, instant: datetime) -> date:
        """The civil day of the operator's zone in which an instant falls."""
        return instant.astimezone(self.zone).date()


class CancellationReason(StrEnum):
    """Why a term was cancelled (R9)."""

    UNPAID = "UNPAID"
    WITHDRAWN = "WITHDRAWN"
    BY_STAFF = "BY_STAFF"


@dataclass(frozen=True, slots=True)
class Term:
    """One period of a subscription, as the recorded facts give it; its state is worked out (`lifecycle`).

    `unpaid_at` is R9's cancellation, which `reinstated_at` may end; `withdrawn_at` is staff's, which nothing ends.
    `started_at`, `ended_at` and `proof_reminded_at` say that the step of that name is recorded; `renewal_settled_to`
    is the day of the last letter about its renewal that was sent or skipped, `reminders_sent` how many reminders went
    (R15), `declined_at` when its renewal was declined, if that still stands (R14).
    """

    id: str
    opened_at: datetime
    starts_on: date
    ends_on: date
    proof_due_on: date
    offer: Offer
    confirmed_at: datetime | None = None
    unpaid_at: datetime | None = None
    reinstated_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: CancellationReason | None = None
    proof_reminded_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    declined_at: datetime | None = None
    renewal_settled_to: date | None = None
    reminders_sent: int = 0

    @property
    def cancelled_at(self) -> datetime | None:
        """When the cancellation now in force took effect, if one is recorded."""
        if self.withdrawn_at is not None:
            return self.withdrawn_at
        return None if self.reinstated_at is not None else self.unpaid_at

    @property
    def cancellation_reason(self) -> CancellationReason | None:
        """The reason of the cancellation now in force."""
        if self.withdrawn_at is not None:
            return self.withdrawn_reason
        return None if self.cancelled_at is None else CancellationReason.UNPAID

    def covers(self, day: date) -> bool:
        """Whether a day is one of the term's, cancelled or not."""
        return self.starts_on <= day <= self.ends_on


def add_months(day: date, months: int) -> date:
    """The same day number some months on; a missing anniversary counts as the first of the next month (R4)."""
    year, month = _month_from(day, months)
    if day.day <= calendar.monthrange(year, month)[1]:
        return date(year, month, day.day)
    # a month that lacks the day is never December
    return date(year, month + 1, 1)


def _month_from(day: date, months: int) -> tuple[int, int]:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return years, month + 1


def last_day(starts_on: date, policy: LifecyclePolicy) -> date:
    """The last day of a term: the day before the same day twelve months later (R4)."""
    return add_months(starts_on, policy.term_months) - timedelta(days=1)


def next_start(ends_on: date) -> date:
    """The first day of the term that follows: the day after, so renewing early loses nothing (R14)."""
    return ends_on + timedelta(days=1)


def proof_due_on(opened_on: date, policy: LifecyclePolicy) -> date:
    """The last day on which a proof serves, counted from the day of opening or of renewal (R8, R17)."""
    return opened_on + timedelta(days=policy.proof_days)


def unpaid_instant(due_on: date, policy: LifecyclePolicy) -> datetime:
    """When a term without proof is cancelled: the first instant after its due day (R9)."""
    return policy.first_instant(due_on + timedelta(days=1))


def proof_reminder_on(due_on: date, policy: LifecyclePolicy) -> date:
    """The day the manager is reminded of the proof, once (R8)."""
    return due_on - timedelta(days=policy.proof_reminder_days)


def end_instant(ends_on: date, policy: LifecyclePolicy) -> datetime:
    """When a term is over: the first instant after its last day (R16)."""
    return policy.first_instant(next_start(ends_on))


def renewal_notice_on(ends_on: date, policy: LifecyclePolicy) -> date:
    """One month before the last day: that day's number in the month before, or that month's last day (R13)."""
    year, month = _month_from(ends_on, -policy.notice_months)
    return date(year, month, min(ends_on.day, calendar.monthrange(year, month)[1]))


def renewal_reminders_on(ends_on: date, policy: LifecyclePolicy) -> tuple[date, ...]:
    """The days of the reminders that follow the notice, first to last (R15)."""
    return tuple(ends_on - timedelta(days=days) for days in policy.reminder_days)


def survey_closes_on(ends_on: date, policy: LifecyclePolicy) -> date:
    """The last day on which the survey of a term may be answered (R18)."""
    return ends_on + timedelta(days=policy.survey_days)


def first_term(term_id: str, opened_at: datetime, offer: Offer, policy: LifecyclePolicy) -> Term:
    """The term that opening or reopening adds: it starts the day it is opened (R4, R16)."""
    opened_on = policy.day_of(opened_at)
    return Term(
        id=term_id,
        opened_at=opened_at,
        starts_on=opened_on,
        ends_on=last_day(opened_on, policy),
        proof_due_on=proof_due_on(opened_on, policy),
        offer=offer,
        started_at=opened_at,
    )


def renewed_term(term_id: str, opened_at: datetime, running: Term, offer: Offer, policy: LifecyclePolicy) -> Term:
    """The term that a renewal adds: it starts the day after the running one ends, and owes its own proof (R14, R17)."""
    starts_on = next_start(running.ends_on)
    return Term(
        id=term_id,
        opened_at=opened_at,
        starts_on=starts_on,
        ends_on=last_day(starts_on, policy),
        proof_due_on=proof_due_on(policy.day_of(opened_at), policy),
        offer=offer,
    )
