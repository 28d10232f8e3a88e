"""The templates of the generic gateway: where the number and the text go in its URL, headers and body."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape as xml_escape

PLACES = ("to", "digits", "text", "sender", "id")
"""`to` is +33612345678, `digits` the same without the plus, `id` the message's own, the same on every attempt."""
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_PLACE = re.compile(r"\{([A-Za-z_]+)\}")
_HARMLESS_HEADERS = frozenset({"accept", "content-type", "user-agent"})

Escape = Callable[[str], str]


def places_of(template: str) -> set[str]:
    """The names of a template's placeholders. Raises ValueError for one that does not exist."""
    found = set(_PLACE.findall(template))
    for name in sorted(found - set(PLACES)):
        raise ValueError(f"{{{name}}} is no placeholder: use {', '.join('{' + place + '}' for place in PLACES)}")
    return found


def filled(template: str, values: Mapping[str, str], escape: Escape) -> str:
    """The template with its values, each escaped once; a value that looks like a placeholder stays as it is."""
    return _PLACE.sub(lambda found: escape(values[found[1]]), template)


def escape_in_url(value: str) -> str:
    """Any value as a piece of a path or a query."""
    return quote(value, safe="")


def escape_in(content_type: str) -> Escape:
    """How values are escaped in a body of this type. Raises ValueError for a type that is not known."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON or kind.endswith("+json"):
        return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    if kind == FORM:
        return quote_plus
    if kind in ("application/xml", "text/xml") or kind.endswith("+xml"):
        return lambda value: xml_escape(value, {'"': "&quot;"})
    if kind == "text/plain":
        return str
    raise ValueError(f"a body of type {kind} cannot be filled in: use {JSON}, {FORM}, application/xml or text/plain")


def content_type_of(headers: Mapping[str, str]) -> str:
    """The type of the body that these headers announce; JSON where they do not say."""
    return next((value for name, value in headers.items() if name.lower() == "content-type"), JSON)


def headers_of(raw: str) -> dict[str, str]:
    """The headers that a JSON object gives. Raises ValueError, which shows none of them, for anything else."""
    try:
        given = json.loads(raw or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise ValueError('it is not a JSON object of texts, such as {"Authorization": "Bearer ..."}')
    for name, value in given.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            raise ValueError("it has a name that no header can have")
        if not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError(f"the value of {name} has a character that no header can have")
        if "text" in places_of(value):
            raise ValueError("{text} cannot go in a header: put it in the body or the URL")
    return given


def secrets_in(url: str, headers: Mapping[str, str], body: str) -> tuple[str, ...]:
    """Pieces of the templates that no reason may show: passwords, tokens, keys, in whatever place they are."""
    parts = urlsplit(url)
    found = [parts.username or "", parts.password or "", *(value for _, value in parse_qsl(parts.query))]
    found += [piece for piece in parts.path.split("/") if len(piece) >= 16 or re.search(r"\d", piece)]
    for name, value in headers.items():
        if name.lower() not in _HARMLESS_HEADERS:
            found += [value, *value.split()]
    found += _values_in(body)
    found += [unquote(piece) for piece in found]
    return tuple(dict.fromkeys(piece for piece in found if len(piece) >= 4 and not _PLACE.search(piece)))


def _values_in(body: str) -> list[str]:
    try:
        return list(_leaves(json.loads(body)))
    except ValueError:
        form = [value for _, value in parse_qsl(body)]
        return form or re.findall(r"[^\s<>\"'=&;]{8,}", body)


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value] if isinstance(value, str) else []
