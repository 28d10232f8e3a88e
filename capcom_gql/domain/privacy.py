"""How long personal data is kept, by kind, and what erasing a person leaves (R23).

Books stay: events, redemptions, proofs, terms, seats, numbers.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from capcom_gql.domain.refusals import Code, Fault

_PATH = ("personId",)


def erased_address(person_id: str) -> str:
    """The address of a person who was erased: no form takes one like it, so nobody else can have it."""
    return f"erased-{person_id}@invalid"


def is_erased(person_id: str, email: str) -> bool:
    """Whether the address of a person is the one that erasing leaves."""
    return email == erased_address(person_id)


def check_not_erased(person_id: str, email: str) -> list[Fault]:
    """Nothing is done to a person who was erased."""
    return [Fault(Code.CONFLICT, _PATH, "erased_already")] if is_erased(person_id, email) else []


def check_erasure(person_id: str, email: str, *, manages_live: bool) -> list[Fault]:
    """Why a person cannot be erased: they were already, or manage a live subscription and hand over first."""
    if over := check_not_erased(person_id, email):
        return over
    return [Fault(Code.MANAGER_REQUIRED, _PATH, "manages_live")] if manages_live else []


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
