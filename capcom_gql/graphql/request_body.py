"""Reading the body of a request: JSON as GraphQL over HTTP specifies it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request

from capcom_gql.graphql.content_negotiation import JSON
from capcom_gql.graphql.errors import RequestRefused
from capcom_gql.graphql.scalars import text_fault

MAX_BYTES = 256 * 1024
"""The most bytes of a request's body."""
MAX_DEPTH = 64
"""How deep the objects and lists of the variables may be nested."""


@dataclass(frozen=True, slots=True)
class GraphqlRequest:
    """The parameters of a request, as GraphQL over HTTP specifies them."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


async def read_body(request: Request) -> GraphqlRequest:
    """The request in a body.

    Raises RequestRefused with status 400 for malformed JSON or parameters, 413 for more than MAX_BYTES, 415 for another
    content type, and BAD_USER_INPUT for text that the database cannot store.
    """
    _check_content_type(request.headers.get("content-type", ""))
    return _parameters(_json(await _bytes(request)))


def _check_content_type(header: str) -> None:
    media_type, *parameters = (each.strip().lower() for each in header.split(";"))
    if media_type != JSON or any(
        each.startswith("charset=") and each.partition("=")[2].strip('"') not in ("utf-8", "utf8")
        for each in parameters
    ):
        raise RequestRefused(f"Send the operation as {JSON}, in UTF-8.", "UNSUPPORTED_MEDIA_TYPE", 415)


async def _bytes(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 19 and int(announced) > MAX_BYTES:
        raise _too_large(int(announced))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise _too_large(len(body))
    return bytes(body)


def _too_large(actual: int) -> RequestRefused:
    message = f"The body is larger than {MAX_BYTES} bytes. Send less at once."
    return RequestRefused(message, "BODY_TOO_LARGE", 413, {"limit": MAX_BYTES, "actual": actual})


def _json(body: bytes) -> object:
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _bad(f"The body is not JSON in UTF-8: {error}.") from None
    return parsed


def _parameters(body: object) -> GraphqlRequest:
    if isinstance(body, list):
        raise _bad("Send one operation, not a list of them: batches are not taken.")
    if not isinstance(body, dict):
        raise _bad('The body must be a JSON object such as {"query": "{ plans { code } }"}.')
    query, variables, name = body.get("query"), body.get("variables"), body.get("operationName")
    if not isinstance(query, str):
        raise _bad("“query” must be a string: the text of the operation.")
    if not isinstance(variables, dict | None):
        raise _bad("“variables” must be an object, or null.")
    if not isinstance(name, str | None):
        raise _bad("“operationName” must be a string, or null.")
    if not isinstance(body.get("extensions"), dict | None):
        raise _bad("“extensions” must be an object, or null.")
    for place, fault in _text_faults(variables):
        raise RequestRefused(f"The text in variables{place} {fault}.", "BAD_USER_INPUT")
    return GraphqlRequest(query, variables or {}, name or None)


def _text_faults(variables: object) -> Iterator[tuple[str, str]]:
    """Texts in variables that the database cannot store; checked here, whatever the type of the variable.

    A loop and not a recursion, which a body could drive as deep as it likes. Raises RequestRefused for variables nested
    deeper than MAX_DEPTH.
    """
    waiting: list[tuple[object, str, int]] = [(variables, "", 0)]
    while waiting:
        value, place, depth = waiting.pop()
        if isinstance(value, str):
            fault = text_fault(value)
            if fault is not None:
                yield place, fault
        elif isinstance(value, dict | list):
            if depth == MAX_DEPTH:
                raise _bad(f"The variables are nested deeper than {MAX_DEPTH} levels.")
            if isinstance(value, dict):
                waiting += ((name, place, depth) for name in value)
                waiting += ((each, f"{place}.{name}", depth + 1) for name, each in value.items())
            else:
                waiting += ((each, f"{place}.{index}", depth + 1) for index, each in enumerate(value))


def _bad(message: str) -> RequestRefused:
    return RequestRefused(message, "BAD_REQUEST", 400)
