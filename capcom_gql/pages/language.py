"""Which language of the service a browser prefers."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from capcom_gql.languages.locales import DEFAULT, Locale, locale_of


def preferred_language(accept_language: str) -> Locale:
    """The language that an Accept-Language header weighs most; the default one when it names none of ours."""
    best, best_weight = DEFAULT, 0.0
    for entry in accept_language.split(","):
        tag, _, parameters = entry.partition(";")
        language, weight = locale_of(tag), _weight(parameters)
        if language is not None and weight > best_weight:
            best, best_weight = language, weight
    return best


def language_of(request: Request) -> Locale:
    """The language to answer that request in."""
    return preferred_language(request.headers.get("accept-language", ""))


def said_in(language: Locale, response: HTMLResponse) -> HTMLResponse:
    """The same answer, telling browsers its language and caches that others may be answered in another."""
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    return response


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
