"""How a plugin's exception is told to people: one short line that says where, and shows no secret."""

import re
import traceback
from collections.abc import Iterable, Mapping, ValuesView
from pathlib import PurePath

from pydantic import BaseModel, SecretBytes, SecretStr

LONGEST_REASON = 500
SHORTEST_SECRET = 4
_ONE_TIME_TOKEN = re.compile(r"(token=)[^\s&\"'<>]+")


def words_of(error: BaseException) -> str:
    """What an exception says of itself; empty when it says nothing, or fails at saying it."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  a plugin's own __str__ may fail
        return ""


def told(error: BaseException) -> str:
    """An unexpected exception: its kind, the file and line it came from, its words; to be shown through one_line."""
    line = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    if frames:
        line += f" ({PurePath(frames[-1].filename).name}, line {frames[-1].lineno})"
    words = words_of(error)
    return f"{line}: {words}" if words else line


def one_line(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` on one line, without the secrets given nor the token of a one-time link, and then shortened.

    What no database would take (a lone surrogate, as a badly decoded answer leaves them, or NUL) is replaced.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "?")
    # the longest first: one may begin with another
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    text = " ".join(_ONE_TIME_TOKEN.sub(r"\1***", text).split())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


def secrets_of(config: BaseModel) -> tuple[str, ...]:
    """The values of the secret fields of a channel's settings, also those in lists and models inside them."""
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
