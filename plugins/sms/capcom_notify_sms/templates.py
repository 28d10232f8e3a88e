"""The templates of the generic gateway: its URL, headers and body with placeholders."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape as xml_escape

PLACEHOLDERS = ("to", "digits", "text", "sender", "id")
"""The placeholders: `to` is such as +33612345678, `digits` the same without the plus, `id` the delivery's id, which is
the same on every attempt."""
JSON = "application/json"
"""The content type of JSON, the default of a body."""
FORM = "application/x-www-form-urlencoded"
"""The content type of a form."""
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_HARMLESS_HEADERS = frozenset({"accept", "content-type", "user-agent"})

Escape = Callable[[str], str]
"""A function that escapes a value for its place in a template."""


def placeholders_of(template: str) -> set[str]:
    """The names of the placeholders in a template. Raises ValueError for an unknown one."""
    found = set(_PLACEHOLDER.findall(template))
    for name in sorted(found - set(PLACEHOLDERS)):
        known = ", ".join(f"{{{place}}}" for place in PLACEHOLDERS)
        raise ValueError(f"{{{name}}} is not a placeholder: use {known}")
    return found


def fill(template: str, values: Mapping[str, str], escape: Escape) -> str:
    """Fill in a template: each value is escaped and filled in once, even if it looks like a placeholder."""
    return _PLACEHOLDER.sub(lambda found: escape(values[found[1]]), template)


def escape_in_url(value: str) -> str:
    """Escape a value for a path or query."""
    return quote(value, safe="")


def escape_in(content_type: str) -> Escape:
    """The function that escapes values for a body of this content type. Raises ValueError for an unsupported type."""
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
    """The content type in these headers; JSON if there is none."""
    return next((value for name, value in headers.items() if name.lower() == "content-type"), JSON)


def headers_of(raw: str) -> dict[str, str]:
    """The headers in a JSON object. Raises ValueError, which shows none of them, for anything else."""
    try:
        headers = json.loads(raw or "{}")
    except ValueError:
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError('it is not a JSON object of texts, such as {"Authorization": "Bearer ..."}')
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            raise ValueError("it has a name that no header can have")
        if not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError(f"the value of {name} has a character that no header can have")
        if "text" in placeholders_of(value):
            raise ValueError("{text} cannot be in a header: put it in the body or the URL")
    return headers


def secrets_in(url: str, headers: Mapping[str, str], body: str) -> tuple[str, ...]:
    """The parts of the templates that may be passwords, tokens or keys, which no reason may show."""
    parts = urlsplit(url)
    found = [parts.username or "", parts.password or "", *(value for _, value in parse_qsl(parts.query))]
    found += [piece for piece in parts.path.split("/") if len(piece) >= 16 or re.search(r"\d", piece)]
    for name, value in headers.items():
        if name.lower() not in _HARMLESS_HEADERS:
            found += [value, *value.split()]
    found += _values_in(body)
    found += [unquote(piece) for piece in found]
    return tuple(dict.fromkeys(piece for piece in found if len(piece) >= 4 and not _PLACEHOLDER.search(piece)))


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
