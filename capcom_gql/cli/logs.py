"""Logs go to standard error: lines for a reader in development, JSON objects, one a line, in production."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from capcom_gql.app.access_log import MaskedQuery
from capcom_gql.settings import Settings

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class Lines(logging.Formatter):
    """For people: the hour, the level, the words, what else is known."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

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
        return json.dumps(told, ensure_ascii=False, default=str)


def to_standard_error(settings: Settings, *, requests: bool = False) -> None:
    """Set this process's logs up. `requests`: one line for each request, without what could let somebody in."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Objects() if settings.is_production else Lines())
    handler.addFilter(MaskedQuery())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("capcom_gql").setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").setLevel(logging.INFO if requests else logging.WARNING)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}
