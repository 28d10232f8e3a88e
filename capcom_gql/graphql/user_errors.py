"""The types of the errors in the payloads of mutations: the faults of a refusal."""

from collections.abc import Sequence
from datetime import date

import strawberry

from capcom_gql.domain.refusals import Code, Fault
from capcom_gql.graphql import enums
from capcom_gql.graphql.types.terms_of_use import TermsOfUse
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.subscription.catalogue import current_terms

_PATH = "The field of the input, such as `users`, `1`, `email`; empty for the input as a whole."
_MESSAGE = "What is wrong and what to do about it, in the caller's language."
_CODE = "Why the mutation was refused, for programs."


@strawberry.interface(description="A fault for which a mutation was refused. All faults of a form are given at once.")
class UserError:
    code: enums.Code = strawberry.field(description=_CODE)
    message: str = strawberry.field(description=_MESSAGE)
    path: list[str] = strawberry.field(description=_PATH)


@strawberry.type(description="A fault without further data.")
class SimpleError(UserError):
    pass


@strawberry.type(description="The list would exceed the seats.")
class SeatLimitError(UserError):
    limit: int = strawberry.field(description="The most active seats that the subscription may have.")
    used: int = strawberry.field(description="How many active seats it has.")


@strawberry.type(description="The accepted version of the terms of use is not the current one.")
class TermsError(UserError):
    current: TermsOfUse = strawberry.field(description="The current version, which must be accepted.")


@strawberry.type(description="A payment proof can no longer be recorded for the term: it is cancelled.")
class ProofTooLateError(UserError):
    due_on: date = strawberry.field(description="The last day, inclusive, for the proof, in the operator's time zone.")


async def errors_of(faults: Sequence[Fault], locale: Locale) -> list[UserError]:
    """The errors of a refusal's faults, in their order."""
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
