"""Terms, and the days and instants that the rules derive from them (R4, R8, R9, R13 to R18).

Days are civil days of the operator's zone; the first and the last day of a term both belong to it. Instants are
timezone-aware, in UTC, of the product's clock.
"""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from capcom_gql.domain.plans import Offer


@dataclass(frozen=True, slots=True)
class LifecyclePolicy:
    """The numbers of the rules and the operator's time zone; each is a setting (`CAPCOM_...`)."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    term_months: int = 12
    """months that a term lasts (R4)"""
    proof_days: int = 15
    """days from the opening until the last day for the payment proof (R8)"""
    proof_reminder_days: int = 5
    """days before that last day on which the manager is reminded (R8)"""
    notice_months: int = 1
    """months before the last day of a term at which the renewal is asked for (R13)"""
    reminder_days: tuple[int, ...] = (21, 14, 7)
    """days before the last day of a term at which the renewal is asked for again (R15)"""
    seats_min: int = 3
    """fewest seats of a plan, inclusive (R2)"""
    seats_max: int = 10
    """most seats of a plan, inclusive (R2)"""
    survey_days: int = 30
    """days after the last day of a term until which its survey can be answered (R18)"""
    letter_hour: int = 8
    """hour of the day, in `zone`, at which the calendar letters are due"""

    def first_instant(self, day: date) -> datetime:
        """The first instant of a civil day of the operator's zone, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def letter_instant(self, day: date) -> datetime:
        """When the calendar letters of a civil day are due: `letter_hour` in the operator's zone, in UTC."""
        return datetime.combine(day, time(self.letter_hour), self.zone).astimezone(UTC)

    def day_of(self, instant: datetime) -> date:
        """The civil day of the operator's zone that contains an instant."""
        return instant.astimezone(self.zone).date()


class CancellationReason(StrEnum):
    """Why a term was cancelled (R9)."""

    UNPAID = "UNPAID"
    """by the calendar: no payment proof by the due day"""
    WITHDRAWN = "WITHDRAWN"
    """by staff, at the organisation's written request"""
    BY_STAFF = "BY_STAFF"
    """by staff, for a reason of their own"""


@dataclass(frozen=True, slots=True)
class Term:
    """The recorded facts of one term, a year of a subscription; `lifecycle` computes its state from them."""

    id: str
    opened_at: datetime
    """when the sign-up, reopening or renewal that added it was recorded"""
    starts_on: date
    """first day, inclusive"""
    ends_on: date
    """last day, inclusive"""
    proof_due_on: date
    """last day for the payment proof, inclusive (R8)"""
    offer: Offer
    """the plan as of the opening"""
    confirmed_at: datetime | None = None
    """when its payment proof was recorded (R8)"""
    unpaid_at: datetime | None = None
    """when it was cancelled for lack of a proof (R9)"""
    reinstated_at: datetime | None = None
    """when staff ended the unpaid cancellation (R9)"""
    withdrawn_at: datetime | None = None
    """when staff cancelled it, for good (R9)"""
    withdrawn_reason: CancellationReason | None = None
    """the reason that staff gave"""
    proof_reminded_at: datetime | None = None
    """when the reminder of the proof was recorded (R8)"""
    started_at: datetime | None = None
    """when its beginning was recorded: at the opening, or on the first day of a renewed term (R17)"""
    ended_at: datetime | None = None
    """when its end was recorded (R16)"""
    declined_at: datetime | None = None
    """when its renewal was declined; None again once it is renewed (R14, R15)"""
    renewal_settled_to: date | None = None
    """the day of the latest letter about its renewal that was sent or skipped (R15)"""
    reminders_sent: int = 0
    """how many reminders of its renewal were sent (R15)"""

    @property
    def cancelled_at(self) -> datetime | None:
        """When the cancellation that is in force took effect, as recorded; None when none is (R9)."""
        if self.withdrawn_at is not None:
            return self.withdrawn_at
        return None if self.reinstated_at is not None else self.unpaid_at

    @property
    def cancellation_reason(self) -> CancellationReason | None:
        """The reason of the cancellation that is in force; None when none is (R9)."""
        if self.withdrawn_at is not None:
            return self.withdrawn_reason
        return None if self.cancelled_at is None else CancellationReason.UNPAID

    def covers(self, day: date) -> bool:
        """Whether a civil day is between the first and the last day, both inclusive, even if the term is cancelled."""
        return self.starts_on <= day <= self.ends_on


def add_months(day: date, months: int) -> date:
    """The day with the same number some months later; where that month lacks it, the first of the next month (R4)."""
    year, month = _month_from(day, months)
    if day.day <= calendar.monthrange(year, month)[1]:
        return date(year, month, day.day)
    # a month that lacks the day is never December
    return date(year, month + 1, 1)


def _month_from(day: date, months: int) -> tuple[int, int]:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return years, month + 1


def last_day(starts_on: date, policy: LifecyclePolicy) -> date:
    """The last day, inclusive, of a term: the day before the same day twelve months later (R4)."""
    return add_months(starts_on, policy.term_months) - timedelta(days=1)


def next_start(ends_on: date) -> date:
    """The first day of the next term: the day after this last day, however early it is renewed (R14)."""
    return ends_on + timedelta(days=1)


def proof_due_on(opened_on: date, policy: LifecyclePolicy) -> date:
    """The last day, inclusive, for the payment proof of a term opened or renewed on a day: D+15 (R8, R17)."""
    return opened_on + timedelta(days=policy.proof_days)


def unpaid_instant(due_on: date, policy: LifecyclePolicy) -> datetime:
    """When a term without proof is cancelled: the first instant (UTC) of the day after its due day, D+16 (R9)."""
    return policy.first_instant(due_on + timedelta(days=1))


def proof_reminder_on(due_on: date, policy: LifecyclePolicy) -> date:
    """The day on which the manager is reminded of the proof, once: 5 days before the due day (R8)."""
    return due_on - timedelta(days=policy.proof_reminder_days)


def end_instant(ends_on: date, policy: LifecyclePolicy) -> datetime:
    """When a term is over: the first instant (UTC) of the day after its last day (R16)."""
    return policy.first_instant(next_start(ends_on))


def renewal_notice_on(ends_on: date, policy: LifecyclePolicy) -> date:
    """The day of the renewal notice: one month before the last day, or that month's last day if shorter (R13)."""
    year, month = _month_from(ends_on, -policy.notice_months)
    return date(year, month, min(ends_on.day, calendar.monthrange(year, month)[1]))


def renewal_reminders_on(ends_on: date, policy: LifecyclePolicy) -> tuple[date, ...]:
    """The days of the renewal reminders, in the order of `policy.reminder_days`: 21, 14 and 7 days before (R15)."""
    return tuple(ends_on - timedelta(days=days) for days in policy.reminder_days)


def survey_closes_on(ends_on: date, policy: LifecyclePolicy) -> date:
    """The last day, inclusive, on which the survey of a term can be answered: 30 days after its last day (R18)."""
    return ends_on + timedelta(days=policy.survey_days)


def first_term(term_id: str, opened_at: datetime, offer: Offer, policy: LifecyclePolicy) -> Term:
    """The term that a sign-up or a reopening adds: it starts on the day of `opened_at` (R4, R16)."""
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
    """The term that a renewal adds: it starts the day after the running one ends (R14).

    Its payment proof is due 15 days after the day of the renewal, not after its first day (R17).
    """
    starts_on = next_start(running.ends_on)
    return Term(
        id=term_id,
        opened_at=opened_at,
        starts_on=starts_on,
        ends_on=last_day(starts_on, policy),
        proof_due_on=proof_due_on(policy.day_of(opened_at), policy),
        offer=offer,
    )
