"""Refusals: how a command answers input or a state of affairs that it does not accept.

A command raises one `Refusal` with all the faults of the form. Each fault has a stable code, the path of the field, and
the key and data of the sentence that explains it, which is in each language's `languages/<code>/refusals.toml`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Datum = str | int | date | tuple[str, ...]
"""A value that a sentence names: a text, a number, a civil day, or several words that are listed."""


class Code(StrEnum):
    """The codes of faults. Clients test them, so they never change; docs/rules.md says when each is given."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    ALREADY_SUBSCRIBED = "ALREADY_SUBSCRIBED"
    SEAT_LIMIT_REACHED = "SEAT_LIMIT_REACHED"
    DUPLICATE_USER = "DUPLICATE_USER"
    MANAGER_REQUIRED = "MANAGER_REQUIRED"
    PLAN_CLOSED = "PLAN_CLOSED"
    PLAN_TOO_SMALL = "PLAN_TOO_SMALL"
    NOT_LIVE = "NOT_LIVE"
    RENEWAL_ALREADY_DONE = "RENEWAL_ALREADY_DONE"
    PROOF_ALREADY_RECORDED = "PROOF_ALREADY_RECORDED"
    PROOF_TOO_LATE = "PROOF_TOO_LATE"
    TERMS_NOT_ACCEPTED = "TERMS_NOT_ACCEPTED"
    DISCOUNT_REFUSED = "DISCOUNT_REFUSED"
    ALREADY_RELEASED = "ALREADY_RELEASED"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    BAD_TOKEN = "BAD_TOKEN"
    WEAK_PASSWORD = "WEAK_PASSWORD"
    UNSAFE_URL = "UNSAFE_URL"
    PROOF_AWAITED = "PROOF_AWAITED"
    PREVIOUS_UNPAID = "PREVIOUS_UNPAID"
    TERM_OVERLAPS = "TERM_OVERLAPS"
    ALREADY_ANSWERED = "ALREADY_ANSWERED"
    SURVEY_CLOSED = "SURVEY_CLOSED"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a command was refused."""

    code: Code
    path: tuple[str, ...]
    """the field of the input, such as ("users", "1", "email"); empty for the whole input"""
    key: str
    """the key of the sentence in the catalogue of refusals"""
    data: Mapping[str, Datum] = field(default_factory=dict)
    """what the sentence names, such as a limit or a day"""


class Refusal(Exception):
    """A command was refused and changed nothing, but for what it records about refusals themselves (R1).

    `faults` has every fault, in the order of the form. Raises ValueError without any.
    """

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("a refusal has at least one fault")
        super().__init__(", ".join(f"{fault.code} at {'.'.join(fault.path) or 'the input'}" for fault in faults))
        self.faults = faults


def refuse_if(faults: Sequence[Fault]) -> None:
    """Raise one Refusal with all the faults; do nothing where there is none."""
    if faults:
        raise Refusal(*faults)


def invalid(path: tuple[str, ...], key: str, **data: Datum) -> Fault:
    """The fault INVALID_INPUT at a path, for a malformed or impossible value; `key` and `data` give its sentence."""
    return Fault(Code.INVALID_INPUT, path, key, data)


def not_found(*path: str) -> Fault:
    """The fault NOT_FOUND at a path: for what does not exist and, alike, for what the caller may not see."""
    return Fault(Code.NOT_FOUND, path, "not_found")


def forbidden(key: str = "forbidden", **data: Datum) -> Fault:
    """The fault FORBIDDEN, with an empty path: the caller lacks permission, whatever the input."""
    return Fault(Code.FORBIDDEN, (), key, data)
