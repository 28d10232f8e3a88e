"""Describe a plugin's exception in one short line without secrets, for reasons, logs and the API."""

import re
import traceback
from collections.abc import Iterable, Mapping, ValuesView
from pathlib import PurePath

from pydantic import BaseModel, SecretBytes, SecretStr

MAX_REASON = 500
"""The most characters of a line from `redact`."""
MIN_SECRET = 4
"""The least characters of a secret that is removed; a shorter one is in too many texts by chance."""
_ONE_TIME_TOKEN = re.compile(r"(token=)[^\s&\"'<>]+")


def message_of(error: BaseException) -> str:
    """The text of an exception; empty if it has none, or if its `__str__` raises."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  a plugin's own __str__ may fail
        return ""


def describe_error(error: BaseException) -> str:
    """An unexpected exception's type, the file and line where it was raised, and its text, which is not redacted."""
    line = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    if frames:
        line += f" ({PurePath(frames[-1].filename).name}, line {frames[-1].lineno})"
    words = message_of(error)
    return f"{line}: {words}" if words else line


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text on one line, with each of `secrets` and the token of any one-time link replaced by `***`, cut at
    MAX_REASON characters.

    Characters that no database stores (NUL, and lone surrogates, which come from badly decoded bytes) are replaced.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "?")
    # the longest first, since one secret may begin with another
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= MIN_SECRET:
            text = text.replace(secret, "***")
    text = " ".join(_ONE_TIME_TOKEN.sub(r"\1***", text).split())
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1] + "…"


def secrets_of(config: BaseModel) -> tuple[str, ...]:
    """The values of all SecretStr and SecretBytes in a channel's settings, at any depth."""
    return tuple(secret for _, value in config for secret in _secrets_in(value))


def _secrets_in(value: object) -> Iterable[str]:
    if isinstance(value, SecretStr):
        return (value.get_secret_value(),)
    if isinstance(value, SecretBytes):
        return (value.get_secret_value().decode(errors="replace"),)
    if isinstance(value, BaseModel):
        return secrets_of(value)
    inside = value.values() if isinstance(value, Mapping) else value
    if isinstance(inside, list | tuple | set | frozenset | ValuesView):
        return tuple(secret for each in inside for secret in _secrets_in(each))
    return ()
