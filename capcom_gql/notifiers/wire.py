"""The protocol between the host and a child process: JSON, one object a line, in UTF-8.

A request is {"number", "do", ...}, and its reply {"number", "answer"} or {"number", "fault"}; a request without a
number has no reply.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from capcom_gql.notifiers.contract import Health, Host, Message
from capcom_gql.notifiers.declarations import Declarations
from capcom_gql.notifiers.discovery import Provider
from capcom_gql.notifiers.sending import Outcome, OutcomeKind, valid_retry_after

MAX_LINE = 64 * 1024 * 1024
"""The most bytes of one line from a child. A child that writes a longer one is ended."""

JsonObject = dict[str, Any]
"""A JSON object, as Python reads it."""
_T = TypeVar("_T")
_OUTCOME, _HEALTH, _DECLARATIONS = TypeAdapter(Outcome), TypeAdapter(Health), TypeAdapter(Declarations)


class MalformedData(Exception):
    """A line, or a part of one, that is not of this protocol."""


def to_line(data: Mapping[str, object]) -> bytes:
    """An object as a line. Values that JSON cannot represent are written as text, by `str`."""
    return json.dumps(data, default=str).encode() + b"\n"


def parse_line(line: bytes) -> JsonObject:
    """The object of a line. Raises MalformedData."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise MalformedData from None
    if not isinstance(data, dict):
        raise MalformedData
    return data


def message_to_wire(message: Message) -> JsonObject:
    """A message as a JSON object. Raises TypeError, ValueError for a payload that JSON cannot represent exactly."""
    data = {field.name: getattr(message, field.name) for field in fields(message)}
    if message.payload is not None:
        data["payload"] = json.loads(json.dumps(message.payload))
    return {**data, "sent_at": message.sent_at.isoformat()}


def message_from_wire(data: JsonObject) -> Message:
    """The message of a JSON object from `message_to_wire`."""
    return Message(**{**data, "sent_at": datetime.fromisoformat(data["sent_at"]), "keys": tuple(data["keys"])})


def host_to_wire(host: Host) -> JsonObject:
    """A `Host` as a JSON object, with an absolute path, since the child has another working folder."""
    return {**asdict(host), "data_dir": str(host.data_dir.absolute())}


def host_from_wire(data: JsonObject) -> Host:
    """The `Host` of a JSON object from `host_to_wire`."""
    return Host(**{**data, "data_dir": Path(data["data_dir"])})


def provider_from_wire(data: JsonObject) -> Provider:
    """The provider of a JSON object that `dataclasses.asdict` made."""
    return Provider(**data)


def outcome_from_wire(data: object) -> Outcome:
    """A child's answer to a send. Raises MalformedData: a plugin may write to the child's pipe itself.

    Its reason is as the child gave it: redact it before it is shown.
    """
    outcome = _checked(_OUTCOME, data)
    # a child always calls its channel, and gives a reason if nothing was sent
    if outcome.kind is OutcomeKind.WAIT or (outcome.kind is not OutcomeKind.SENT and not outcome.reason):
        raise MalformedData
    return replace(outcome, retry_after=valid_retry_after(outcome.retry_after))


def health_from_wire(data: object) -> Health:
    """A child's answer to a check. Raises MalformedData."""
    return _checked(_HEALTH, data)


def declarations_from_wire(data: object) -> Declarations:
    """A child's answer to the request to load its plugin. Raises MalformedData."""
    return _checked(_DECLARATIONS, data)


def _checked(adapter: TypeAdapter[_T], data: object) -> _T:
    try:
        return adapter.validate_python(data)
    except ValidationError:
        raise MalformedData from None
