"""Erasure of a person, and how long each kind of personal data is kept (R23).

Events, redemptions, payment proofs, terms, seats and subscriber numbers are never deleted; they hold ids only.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from capcom_gql.domain.refusals import Code, Fault

_PATH = ("personId",)


def erased_address(person_id: str) -> str:
    """The e-mail address that an erased person gets (R23). No form accepts such an address, so nobody else has it."""
    return f"erased-{person_id}@invalid"


def is_erased(person_id: str, email: str) -> bool:
    """Whether a person with this address was erased (R23)."""
    return email == erased_address(person_id)


def check_not_erased(person_id: str, email: str) -> list[Fault]:
    """The fault CONFLICT, at `personId`, of a command about a person who was erased, or an empty list (R23)."""
    return [Fault(Code.CONFLICT, _PATH, "erased_already")] if is_erased(person_id, email) else []


def check_erasure(person_id: str, email: str, *, manages_live: bool) -> list[Fault]:
    """The fault at `personId` of erasing a person, or an empty list (R23).

    CONFLICT for a person erased already; MANAGER_REQUIRED for the manager of a live subscription, who must hand over
    first.
    """
    if faults := check_not_erased(person_id, email):
        return faults
    return [Fault(Code.MANAGER_REQUIRED, _PATH, "manages_live")] if manages_live else []


IDEMPOTENCY_RETENTION = timedelta(hours=24)
"""How long, by the real clock, an idempotency key that is sent again is answered with the stored result."""


class Retained(StrEnum):
    """The kinds of data that are kept for a limited time, as `capcom retention` names them."""

    PERSONS = "persons"
    SESSIONS = "sessions"
    LINKS = "one-time links"
    EMAIL_CHANGES = "changes of address"
    IDEMPOTENCY = "idempotency keys"
    COUNTERS = "counters of limits"
    LETTERS = "letters"
    ATTEMPTS = "attempts at letters"
    COMMENTS = "survey comments"
    SUPPORT = "support requests"
    ERASED = "letters of erased persons"
    MAILBOX = "mailbox files"


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The retention periods that the operator can set (R23)."""

    letters_months: int = 12
    """months from the sending of a letter until its recipient and subject are blanked"""
    comments_months: int = 24
    """months from the answer to a survey until its comment is blanked; the score stays"""
    support_months: int = 24
    """months from the closing of a support request until its texts are blanked"""
    persons_years: int = 3
    """years without an active seat after which a person is erased"""
    mailbox_days: int = 30
    """days, by the real clock, until a file of the mailbox channel is deleted"""


def months_before(today: date, months: int) -> date:
    """The civil day with the same number some months earlier, or that month's last day if it has no such day."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
