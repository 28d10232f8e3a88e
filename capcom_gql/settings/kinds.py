"""The types of the settings' values, each with its validation.

A validator raises ValueError with a text for programmers; the operator reads the setting's `accepts` instead.
"""

import itertools
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field

from capcom_gql.currencies import is_known

_SLUG = re.compile(r"[a-z][a-z0-9_-]*")
_HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\]")


def _comma_list(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _slugs(values: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_SLUG.fullmatch(value) for value in values):
        raise ValueError("not a channel's name")
    return values


def _hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_HOST.fullmatch(value) for value in values):
        raise ValueError("not a host name")
    return values


def _database(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme == "sqlite":
        if parts.netloc or not value.startswith("sqlite:///") or parts.path in {"", "/", "/:memory:"}:
            raise ValueError("sqlite needs the path of a file")
    elif parts.scheme not in {"postgres", "postgresql"} or not parts.hostname or not parts.path.strip("/"):
        raise ValueError("needs a scheme, a host and a database")
    _ = parts.port
    return value


def _broker(value: str) -> str:
    if value:
        parts = urlsplit(value)
        if parts.scheme not in {"redis", "rediss", "amqp", "amqps"} or not parts.hostname:
            raise ValueError("not a broker")
        _ = parts.port
    return value


def _web_address(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", value):
        raise ValueError("not a web address")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be bare")
    _ = parts.port
    return value.rstrip("/")


def _required(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _zone_name(value: str) -> str:
    # a folder of the zone database ("Europe") raises OSError, and a path out of it ValueError
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone") from None
    return value


def _currency(value: str) -> str:
    if not is_known(value):
        raise ValueError("not a currency")
    return value


def _email(value: str) -> str:
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("not an e-mail address") from None
    return value


def _folder(value: Path) -> Path:
    value = value.expanduser()
    if value.exists() and not value.is_dir():
        raise ValueError("not a folder")
    return value


def _existing_folder(value: Path | None) -> Path | None:
    if value is None:
        return None
    value = value.expanduser()
    if not value.is_dir():
        raise ValueError("no such folder")
    return value


def _strictly_decreasing(days: tuple[int, ...]) -> tuple[int, ...]:
    if any(later >= earlier for earlier, later in itertools.pairwise(days)):
        raise ValueError("not strictly decreasing")
    return days


Names = Annotated[tuple[str, ...], BeforeValidator(_comma_list)]
Slugs = Annotated[Names, AfterValidator(_slugs)]
Hosts = Annotated[Names, AfterValidator(_hosts)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
BrokerUrl = Annotated[str, AfterValidator(_broker)]
OptionalWebAddress = Annotated[str, AfterValidator(_web_address)]
WebAddress = Annotated[OptionalWebAddress, AfterValidator(_required)]
Days = Annotated[int, Field(ge=1, le=365)]
Months = Annotated[int, Field(ge=1, le=120)]
ReminderDays = Annotated[
    tuple[Days, ...],
    BeforeValidator(_comma_list),
    Field(min_length=1, max_length=3),
    AfterValidator(_strictly_decreasing),
]
TimeZone = Annotated[str, AfterValidator(_zone_name)]
Currency = Annotated[str, AfterValidator(_currency)]
Email = Annotated[str, AfterValidator(_email)]
Folder = Annotated[Path, AfterValidator(_folder)]
ExistingFolder = Annotated[Path | None, AfterValidator(_existing_folder)]
