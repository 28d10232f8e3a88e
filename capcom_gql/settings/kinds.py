"""The types of the settings' values, each with its validation.

A validator raises ValueError with a text for programmers; the operator reads the setting's `accepts` instead.
"""

import itertools
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
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


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ip_network(value)
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
"""Texts written as a list with commas; spaces around each are dropped, empty ones left out."""
Slugs = Annotated[Names, AfterValidator(_slugs)]
"""Names of channels, as in `CAPCOM_CHANNELS`: small letters, digits, `_` and `-`, a letter first."""
Hosts = Annotated[Names, AfterValidator(_hosts)]
"""Host names as a request's `Host` header carries them, without a port; `*.example.org` and `*` are patterns."""
Networks = Annotated[Names, AfterValidator(_networks)]
"""Addresses and networks of IPv4 and IPv6, such as `192.0.2.1` and `10.0.0.0/8`."""
DatabaseUrl = Annotated[str, AfterValidator(_database)]
"""The address of a database: `sqlite:///` and the path of a file, or `postgresql://`; empty is allowed."""
BrokerUrl = Annotated[str, AfterValidator(_broker)]
"""The address of a broker, by `redis`, `rediss`, `amqp` or `amqps`; empty means none."""
OptionalWebAddress = Annotated[str, AfterValidator(_web_address)]
"""An HTTP or HTTPS address without user, query or fragment, its last slash cut; empty is allowed."""
WebAddress = Annotated[OptionalWebAddress, AfterValidator(_required)]
"""An `OptionalWebAddress` that may not be empty."""
Days = Annotated[int, Field(ge=1, le=365)]
"""A number of days, 1 to 365."""
Months = Annotated[int, Field(ge=1, le=120)]
"""A number of months, 1 to 120."""
Count = Annotated[int, Field(ge=1, le=1_000_000)]
"""How many of something there may be, 1 to 1,000,000."""
ReminderDays = Annotated[
    tuple[Days, ...],
    BeforeValidator(_comma_list),
    Field(min_length=1, max_length=3),
    AfterValidator(_strictly_decreasing),
]
"""One to three numbers of days before an end, each smaller than the one before it."""
TimeZone = Annotated[str, AfterValidator(_zone_name)]
"""The name of a zone in the IANA time zone database, such as `Europe/Paris`."""
Currency = Annotated[str, AfterValidator(_currency)]
"""The code of a currency in ISO 4217, such as `EUR`."""
Email = Annotated[str, AfterValidator(_email)]
"""An e-mail address; only its form is checked, not whether its domain receives mail."""
Folder = Annotated[Path, AfterValidator(_folder)]
"""The path of a folder, which need not exist; `~` is the home of the user that runs the program."""
ExistingFolder = Annotated[Path | None, AfterValidator(_existing_folder)]
"""The path of a folder that exists, or None."""


def accepts(text: str) -> dict[str, Any]:
    """What `json_schema_extra` of a setting holds: the values that it takes, in words for the operator."""
    return {"accepts": text}
