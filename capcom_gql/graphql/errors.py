"""Errors of the GraphQL answer that are ours to tell; every other error is a fault of the server, and masked."""

from collections.abc import Mapping

from graphql import GraphQLError

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import refusal_sentence, say


class FieldError(GraphQLError):
    """An error of one field, whose text and code clients may see."""

    def __init__(self, message: str, code: str, extensions: Mapping[str, object] | None = None) -> None:
        super().__init__(message, extensions={"code": code, **(extensions or {})})


class RequestRefused(FieldError):
    """An error of the whole request: answered without data.

    `status` is the HTTP status; None for what is wrong in the operation, which the media type decides.
    """

    def __init__(
        self, message: str, code: str, status: int | None = None, extensions: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message, code, extensions)
        self.status = status


def unauthenticated(locale: Locale, key: str = "unauthenticated") -> RequestRefused:
    """Nobody is known, or the token is none of ours: 401."""
    return RequestRefused(say("errors", key, locale), "UNAUTHENTICATED", 401)


def forbidden(right: Right, actor: Actor, locale: Locale) -> FieldError:
    """A field that the caller may not read; says which scope a key lacks."""
    return FieldError(_forbidden_sentence(right, actor, locale), "FORBIDDEN")


def request_forbidden(right: Right, actor: Actor, locale: Locale) -> RequestRefused:
    """A root field that cannot be null and that the caller may not ask: 403."""
    return RequestRefused(_forbidden_sentence(right, actor, locale), "FORBIDDEN", 403)


def bad_input(message: str) -> FieldError:
    """An argument of a field that cannot be used; the text says what to give."""
    return FieldError(message, "BAD_USER_INPUT")


def _forbidden_sentence(right: Right, actor: Actor, locale: Locale) -> str:
    try:
        authorize(right, actor)
    except Refusal as refusal:
        return refusal_sentence(refusal.faults[0], locale)
    return say("errors", "not_readable", locale)
