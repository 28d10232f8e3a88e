"""Refusals as payloads carry them: a code for programs, a sentence for people, the place in the input, the data."""

from collections.abc import Sequence
from datetime import date

import strawberry

from capcom_gql.domain.refusals import Code, Fault
from capcom_gql.graphql import enums
from capcom_gql.graphql.types.terms_of_use import TermsOfUse
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.subscription.catalogue import current_terms

_PATH = "Where in the input, step by step, list indexes included; empty for the input as a whole."
_MESSAGE = "What is wrong and what to do, in the caller's language."
_CODE = "What it is about, for programs."


@strawberry.interface(description="Why a mutation was refused. Several faults of one form come together.")
class UserError:
    code: enums.Code = strawberry.field(description=_CODE)
    message: str = strawberry.field(description=_MESSAGE)
    path: list[str] = strawberry.field(description=_PATH)


@strawberry.type(description="A refusal that carries nothing more.")
class SimpleError(UserError):
    pass


@strawberry.type(description="The list would exceed the seats.")
class SeatLimitError(UserError):
    limit: int = strawberry.field(description="How many users there is room for.")
    used: int = strawberry.field(description="How many seats are taken.")


@strawberry.type(description="The version of the terms of use that was accepted is not the current one.")
class TermsError(UserError):
    current: TermsOfUse = strawberry.field(description="The version to accept.")


@strawberry.type(description="The term was cancelled because its payment proof did not arrive in time.")
class ProofTooLateError(UserError):
    due_on: date = strawberry.field(
        description="The last day on which the proof would have served, in the operator's time zone."
    )


async def errors_of(faults: Sequence[Fault], locale: Locale) -> list[UserError]:
    """The faults of a refusal, in the order of the form."""
    return [await _error_of(fault, locale) for fault in faults]


async def _error_of(fault: Fault, locale: Locale) -> UserError:
    message, path = refusal_sentence(fault, locale), list(fault.path)
    match fault.code, fault.data:
        case Code.SEAT_LIMIT_REACHED, {"limit": int(limit), "used": int(used)}:
            return SeatLimitError(code=fault.code, message=message, path=path, limit=limit, used=used)
        case Code.PROOF_TOO_LATE, {"due_on": date() as due_on}:
            return ProofTooLateError(code=fault.code, message=message, path=path, due_on=due_on)
        case Code.TERMS_NOT_ACCEPTED, _:
            current = TermsOfUse.of(await current_terms())
            return TermsError(code=fault.code, message=message, path=path, current=current)
        case _:
            return SimpleError(code=fault.code, message=message, path=path)
