"""The errors that clients may see in the `errors` of an answer; every other exception is logged and masked."""

from collections.abc import Mapping

from graphql import GraphQLError

from capcom_gql.access.authorize import authorize
from capcom_gql.access.points import Balance
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import refusal_sentence, say


class FieldError(GraphQLError):
    """An error of one field, with a code in `extensions.code` (docs/refusals.md lists them)."""

    def __init__(self, message: str, code: str, extensions: Mapping[str, object] | None = None) -> None:
        super().__init__(message, extensions={"code": code, **(extensions or {})})


class RequestRefused(FieldError):
    """An error of the whole request, which is answered without data.

    `status` is the HTTP status; None for an error in the operation, whose status depends on the media type.
    """

    def __init__(
        self, message: str, code: str, status: int | None = None, extensions: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message, code, extensions)
        self.status = status


def unauthenticated(locale: Locale, key: str = "unauthenticated") -> RequestRefused:
    """The error UNAUTHENTICATED, status 401: the caller is anonymous or the token is not valid (`key` "bad_bearer")."""
    return RequestRefused(say("errors", key, locale), "UNAUTHENTICATED", 401)


def forbidden(right: Right, actor: Actor, locale: Locale) -> FieldError:
    """The error FORBIDDEN of a field that the caller may not read; its text names the scope that an API key lacks."""
    return FieldError(_forbidden_sentence(right, actor, locale), "FORBIDDEN")


def request_forbidden(right: Right, actor: Actor, locale: Locale) -> RequestRefused:
    """The error FORBIDDEN, status 403, of a root field that cannot be null and that the caller may not use."""
    return RequestRefused(_forbidden_sentence(right, actor, locale), "FORBIDDEN", 403)


def too_costly(message: str, limit: int, actual: int) -> RequestRefused:
    """The error OPERATION_TOO_COSTLY of an operation that asks for `actual` of something where `limit` is the most."""
    extensions = {"limit": limit, "actual": min(actual, 1_000_000_000)}
    return RequestRefused(message, "OPERATION_TOO_COSTLY", None, extensions)


def timed_out(seconds: float) -> RequestRefused:
    """The error OPERATION_TIMEOUT of an operation that was ended after these seconds."""
    message = f"The operation was ended after {seconds:g} seconds. Ask for less at once."
    return RequestRefused(message, "OPERATION_TIMEOUT", None, {"limit": seconds})


def out_of_points(balance: Balance, locale: Locale) -> RequestRefused:
    """The error RATE_LIMITED, status 429, of an operation that costs more points than its caller has left."""
    message = say("errors", "out_of_points", locale, limit=balance.limit, seconds=balance.reset_seconds)
    spent = {"limit": balance.limit, "actual": balance.limit - balance.remaining, "retryAfter": balance.reset_seconds}
    return RequestRefused(message, "RATE_LIMITED", 429, spent)


def bad_input(message: str) -> FieldError:
    """The error BAD_USER_INPUT of an argument; the text says what to give instead."""
    return FieldError(message, "BAD_USER_INPUT")


def _forbidden_sentence(right: Right, actor: Actor, locale: Locale) -> str:
    try:
        authorize(right, actor)
    except Refusal as refusal:
        return refusal_sentence(refusal.faults[0], locale)
    return say("errors", "not_readable", locale)
