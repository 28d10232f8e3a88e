"""Content negotiation (RFC 9110): the language and the media type that a client's headers prefer."""

from collections.abc import Iterator

from capcom_gql.languages.locales import Locale, locale_of

RESPONSE = "application/graphql-response+json"
"""The media type of GraphQL over HTTP."""
JSON = "application/json"
"""The older media type, with which errors of the operation are answered with status 200."""


def _ranked(header: str) -> Iterator[tuple[str, float]]:
    """The values of a header with their weights (RFC 9110), in order; a malformed weight counts as 0."""
    for part in header.split(","):
        value, *parameters = (each.strip() for each in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.strip().lower() == "q":
                weight = _weight(number.strip())
        if value:
            yield value, weight


def _weight(number: str) -> float:
    try:
        weight = float(number)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def locale_wanted(accept_language: str | None) -> Locale | None:
    """The language of the service that an Accept-Language header prefers; None where it names none of them."""
    best: tuple[float, Locale] | None = None
    for tag, weight in _ranked(accept_language or ""):
        locale = locale_of(tag)
        if locale is not None and weight > (0 if best is None else best[0]):
            best = weight, locale
    return None if best is None else best[1]


def media_type_wanted(accept: str | None) -> str | None:
    """The media type to answer with, RESPONSE where an Accept header names it; None where it accepts neither."""
    if not (accept or "").strip():
        return JSON
    weights: dict[str, float] = {}
    for value, weight in _ranked((accept or "").lower()):
        weights[value] = max(weight, weights.get(value, 0.0))
    general = weights.get("application/*", weights.get("*/*", 0.0))
    response, plain = weights.get(RESPONSE, 0.0), weights.get(JSON, general)
    if response > 0 and response >= plain:
        return RESPONSE
    return JSON if plain > 0 else None
