"""Expected refusals: a code that stays, the place in the input, the sentence's key and its data.

A deed raises one `Refusal` with every fault of the form at once. The sentences are in `sentences`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from capcom_gql.domain.refusal_sentences import REFUSALS
from capcom_gql.domain.sentences import Datum, Locale, say


class Code(StrEnum):
    """The stable code of a refusal, as clients test it."""

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
    """One fault: its code, where in the input, which sentence, and the data that clients and the sentence need."""

    code: Code
    path: tuple[str, ...]
    key: str
    data: Mapping[str, Datum] = field(default_factory=dict)

    def sentence(self, locale: Locale) -> str:
        """What is wrong and what to do, in the reader's language."""
        return say(REFUSALS, self.key, locale, **self.data)


class Refusal(Exception):
    """A deed was refused and nothing was written. Carries every fault, in the order of the form."""

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("a refusal has at least one fault")
        super().__init__(", ".join(f"{fault.code} at {'.'.join(fault.path) or 'the input'}" for fault in faults))
        self.faults = faults


def refuse_if(faults: Sequence[Fault]) -> None:
    """Raise one Refusal with all the faults, or nothing where there is none."""
    if faults:
        raise Refusal(*faults)


def invalid(path: tuple[str, ...], key: str, **data: Datum) -> Fault:
    """A fault of form: INVALID_INPUT at a path."""
    return Fault(Code.INVALID_INPUT, path, key, data)


def not_found(*path: str) -> Fault:
    """What does not exist, or what the caller may not see: the answer is the same."""
    return Fault(Code.NOT_FOUND, path, "not_found")


def forbidden(key: str = "forbidden", **data: Datum) -> Fault:
    """A right that the caller has not, whatever the input (path [])."""
    return Fault(Code.FORBIDDEN, (), key, data)
