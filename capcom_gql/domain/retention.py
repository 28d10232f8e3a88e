"""How long what is personal is kept, by kind. Books stay: events, redemptions, proofs, terms, seats, numbers."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

IDEMPOTENCY_KEPT = timedelta(hours=24)
"""By the real clock, for how long a key sent again replays what it made."""


class Kept(StrEnum):
    """The kinds of what is kept for a time only."""

    PERSONS = "persons"
    SESSIONS = "sessions"
    LINKS = "one-time links"
    EMAIL_CHANGES = "changes of address"
    IDEMPOTENCY = "idempotency keys"
    LETTERS = "letters"
    ATTEMPTS = "attempts at letters"
    COMMENTS = "survey comments"
    SUPPORT = "support requests"
    ERASED = "letters of erased persons"
    MAILBOX = "mailbox files"


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """For how long each kind is kept that has a period of the operator's own."""

    letters_months: int = 12
    comments_months: int = 24
    support_months: int = 24
    persons_years: int = 3
    mailbox_days: int = 30


def months_before(today: date, months: int) -> date:
    """The same day number some months earlier, or that month's last day if it has none."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
