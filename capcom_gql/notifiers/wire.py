"""What the host and a child process say to each other, as JSON: one object a line."""

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
from capcom_gql.notifiers.sending import Outcome, OutcomeKind, seconds_to_wait

LONGEST_LINE = 64 * 1024 * 1024
"""Octets of one line; a child that writes more without an end is not one of ours any more."""

Said = dict[str, Any]
_T = TypeVar("_T")
_OUTCOME, _HEALTH, _BROUGHT = TypeAdapter(Outcome), TypeAdapter(Health), TypeAdapter(Declarations)


class Rubbish(Exception):
    """What the other side said is not what this protocol knows."""


def line(said: Mapping[str, object]) -> bytes:
    """An object as a line; what JSON does not know is told in words."""
    return json.dumps(said, default=str).encode() + b"\n"


def heard(line: bytes) -> Said:
    """The object of a line. Raises Rubbish."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise Rubbish from None
    if not isinstance(said, dict):
        raise Rubbish
    return said


def of_message(message: Message) -> Said:
    """A message, to be said. `default` of `line` must not touch its payload, so that is settled here."""
    said = {field.name: getattr(message, field.name) for field in fields(message)}
    if message.payload is not None:
        said["payload"] = json.loads(json.dumps(message.payload))
    return {**said, "sent_at": message.sent_at.isoformat()}


def to_message(said: Said) -> Message:
    """The message that was said."""
    return Message(**{**said, "sent_at": datetime.fromisoformat(said["sent_at"]), "keys": tuple(said["keys"])})


def of_host(host: Host) -> Said:
    """What a channel is told of the installation, to be said to a process with a working folder of its own."""
    return {**asdict(host), "data_dir": str(host.data_dir.absolute())}


def to_host(said: Said) -> Host:
    """What was said of the installation."""
    return Host(**{**said, "data_dir": Path(said["data_dir"])})


def to_provider(said: Said) -> Provider:
    """The provider that was said; `asdict` says one."""
    return Provider(**said)


def to_outcome(said: object) -> Outcome:
    """The outcome that a child told. Raises Rubbish: its plugin may have got at the pipe.

    Its words are as they were told, to be shown without secrets.
    """
    outcome = _checked(_OUTCOME, said)
    # a child always calls its channel, and says why when nothing was sent
    if outcome.kind is OutcomeKind.WAIT or (outcome.kind is not OutcomeKind.SENT and not outcome.reason):
        raise Rubbish
    return replace(outcome, retry_after=seconds_to_wait(outcome.retry_after))


def to_health(said: object) -> Health:
    """The health that a child told. Raises Rubbish."""
    return _checked(_HEALTH, said)


def to_brought(said: object) -> Declarations:
    """What a child told that its plugin brings. Raises Rubbish."""
    return _checked(_BROUGHT, said)


def _checked(adapter: TypeAdapter[_T], said: object) -> _T:
    try:
        return adapter.validate_python(said)
    except ValidationError:
        raise Rubbish from None
