"""Errors of the GraphQL answer that are ours to tell; every other error is a fault of the server, and masked."""

from collections.abc import Mapping

from graphql import GraphQLError

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.sentences import Locale, Sentences, say

SENTENCES: Sentences = {
    "unauthenticated": (
        "Il faut s'identifier : envoyez l'en-tête « Authorization: Bearer » avec un jeton de session ou une clé.",
        "This needs a caller: send the header “Authorization: Bearer” with a session token or an API key.",
    ),
    "bad_bearer": (
        "Ce jeton n'est pas ou plus valable. Connectez-vous de nouveau, ou demandez une clé à l'équipe.",
        "This token is not, or no longer, valid. Sign in again, or ask the staff for a key.",
    ),
    "too_many_attempts": (
        "Trop de tentatives. Réessayez dans {seconds} secondes.",
        "Too many attempts. Try again in {seconds} seconds.",
    ),
    "internal": (
        "Une erreur interne s'est produite. Donnez à l'équipe le numéro de demande {request}.",
        "An internal error occurred. Give the staff the request id {request}.",
    ),
    "not_readable": (
        "Vos droits ne permettent pas de lire ceci.",
        "Your rights do not allow reading this.",
    ),
    "past_forbidden": (
        "Vos droits ne permettent pas d'interroger le passé (at). Une clé doit porter le droit EVENTS_READ.",
        "Your rights do not allow asking about the past (at). A key needs the scope EVENTS_READ.",
    ),
    "future_instant": (
        "« at » est un instant à venir. Donnez un instant passé, ou retirez-le.",
        "“at” is an instant still to come. Give a past instant, or leave it out.",
    ),
    "bad_size": (
        "« {name} » va de 1 à {maximum}. Pour en lire davantage, demandez la page suivante.",
        "“{name}” is from 1 to {maximum}. To read more, ask for the next page.",
    ),
    "both_sizes": (
        "Donnez « first » ou « last », pas les deux.",
        "Give “first” or “last”, not both.",
    ),
    "bad_cursor": (
        "Ce curseur n'est pas de cette liste dans cet ordre : prenez-en un d'une page déjà lue de cette liste.",
        "This cursor is not one of this list in this order: take one from an earlier page of it.",
    ),
    "amount_too_large": (
        "Ce montant dépasse {maximum}, le plus grand qui puisse se dire ici (plus petite unité de la monnaie). "
        "Demandez le rapport sans lui, ou par périodes plus courtes.",
        "This amount is above {maximum}, the largest that can be told here (minor unit of the currency). Ask for the "
        "report without it, or in shorter periods.",
    ),
    "too_many_checks": (
        "{maximum} questions au plus à la fois. Envoyez-les en plusieurs fois.",
        "At most {maximum} checks at once. Send them in several requests.",
    ),
    "too_many_ids": (
        "{maximum} identifiants au plus à la fois. Envoyez-les en plusieurs fois.",
        "At most {maximum} ids at once. Send them in several requests.",
    ),
}


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
    return RequestRefused(say(SENTENCES, key, locale), "UNAUTHENTICATED", 401)


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
        return refusal.faults[0].sentence(locale)
    return say(SENTENCES, "not_readable", locale)
