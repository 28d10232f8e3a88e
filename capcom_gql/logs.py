"""Logs go to standard error: lines for a reader in development, JSON objects, one a line, in production.

They hold ids and no personal data: whatever looks like an e-mail address is masked, and so is a one-time link's token,
which is in the address of the page it opens. A record of a request holds its id, one of a subscription's steps or of a
letter theirs, whoever wrote it.
"""

import contextlib
import json
import logging
import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

PAGE = "/choose-password"
MASK = "?(masked)"
# what a database or a mail server quotes when it complains; also the name and password of an address such as redis://
_ADDRESS = re.compile(r"""[^\s@"'<>()\[\]{},;=|]+@[^\s@"'<>()\[\]{},;=|]*[^\s@"'<>()\[\]{},;=|.:]""")
_ABOUT: ContextVar[dict[str, str]] = ContextVar("about")


@contextlib.contextmanager
def about(**ids: str) -> Iterator[None]:
    """For the length of the block every record holds these ids, also those of the tasks and threads begun in it."""
    token = _ABOUT.set({**_ABOUT.get({}), **ids})
    try:
        yield
    finally:
        _ABOUT.reset(token)


class Subject(logging.Filter):
    """Gives a record the ids of what it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _ABOUT.get({}).items():
            vars(record).setdefault(name, value)
        return True


class MaskedQuery(logging.Filter):
    """Masks the query in a record's text where its path ends in /choose-password or it contains a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(each) if isinstance(each, str) else each for each in record.args)
        return True


def _masked(text: str) -> str:
    path, separator, query = text.partition("?")
    if separator and (path.rstrip("/").lower().endswith(PAGE) or "token" in query.lower()):
        return path + MASK
    return text


_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class Lines(logging.Formatter):
    """For people: the hour, the level, the words, what else is known."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return _unaddressed(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        known = " ".join(f"{name}={value}" for name, value in _extras(record).items())
        return f"{super().formatMessage(record)} {known}".rstrip()


class Objects(logging.Formatter):
    """For machines: one JSON object a line, instants in UTC by the real clock."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        plain = {
            name: value if isinstance(value, int | float | None) else _unaddressed(str(value))
            for name, value in told.items()
        }
        return json.dumps(plain, ensure_ascii=False)


def to_standard_error(*, as_objects: bool, requests: bool = False) -> None:
    """Set this process's logs up. `requests`: one line for each request, without what could let somebody in."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Objects() if as_objects else Lines())
    handler.addFilter(MaskedQuery())
    handler.addFilter(Subject())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("capcom_gql").setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").setLevel(logging.INFO if requests else logging.WARNING)


def _unaddressed(text: str) -> str:
    return _ADDRESS.sub("(address masked)", text)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}
