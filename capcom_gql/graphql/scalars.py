"""The scalars of the API, each with the specification of its format; they refuse what the database cannot store."""

import re
from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from capcom_gql.domain.seats import format_number

EmailAddress = NewType("EmailAddress", str)
"""An e-mail address; its syntax is checked by the forms, not by the scalar."""
PhoneNumber = NewType("PhoneNumber", str)
"""A phone number in E.164; its syntax is checked by the forms, not by the scalar."""
URL = NewType("URL", str)
"""A web address; its syntax is checked by the forms, not by the scalar."""
SubscriberNumber = NewType("SubscriberNumber", str)
"""The 16 digits of a subscriber number, which the scalar writes as CP 4071 8823 9056 1227."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+)?")


def text_fault(text: str) -> str | None:
    """What makes a text one that the database cannot store, as the end of a sentence; None where nothing does."""
    if "\x00" in text:
        return "holds a NUL character (U+0000): remove it"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half of a surrogate pair (U+D800 to U+DFFF): send whole characters"
    return None


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{name} is given as a string.")
    fault = text_fault(value)
    if fault is not None:
        raise GraphQLError(f"{name} {fault}.")
    return value


def _parse_day(value: object) -> date:
    text = _text("Date", value)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise GraphQLError("Date is a civil day such as 2026-12-31.")


def _parse_instant(value: object) -> datetime:
    text = _text("DateTime", value)
    try:
        if _INSTANT.fullmatch(text):
            # converted here, since an instant near year 1 or 9999 may have no UTC form
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    if _NAIVE.fullmatch(text):
        raise GraphQLError("DateTime needs its offset from UTC, such as 2026-12-31T10:00:00+01:00 or ...T09:00:00Z.")
    raise GraphQLError("DateTime is an instant such as 2026-12-31T10:00:00+01:00.")


def _write_day(value: date) -> str:
    return value.isoformat()


def _write_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text_scalar(name: str, description: str, specified_by_url: str) -> ScalarDefinition:
    def parse(value: object) -> str:
        return _text(name, value)

    return strawberry.scalar(
        name=name, description=description, specified_by_url=specified_by_url, serialize=str, parse_value=parse
    )


def _write_number(value: str) -> str:
    return format_number(value)


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A civil day of the operator's time zone, ISO 8601: 2026-12-31.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=_write_day,
        parse_value=_parse_day,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant with its offset from UTC, RFC 3339: 2026-12-31T10:00:00+01:00. Answers are in UTC (Z); "
        "a value without offset is refused. Unless a description says otherwise it is of the service's clock, which is "
        "the real one in production.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_write_instant,
        parse_value=_parse_instant,
    ),
    EmailAddress: _text_scalar(
        "EmailAddress",
        "An e-mail address: ana.silva@town.example. Addresses are compared without case. In the input of a mutation a "
        "malformed one is reported in `errors`, with the other faults of the form.",
        "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
    ),
    PhoneNumber: _text_scalar(
        "PhoneNumber",
        "An international phone number, E.164: +33123456789. In the input of a mutation a malformed one is reported in "
        "`errors`, with the other faults of the form.",
        "https://www.itu.int/rec/T-REC-E.164",
    ),
    URL: _text_scalar(
        "URL",
        "An absolute web address. In the input of a mutation a malformed one is reported in `errors`, with the other "
        "faults of the form.",
        "https://url.spec.whatwg.org/",
    ),
    SubscriberNumber: strawberry.scalar(
        name="SubscriberNumber",
        description="A personal subscriber number: CP and 16 digits, of which the last two check the others (ISO 7064, "
        "MOD 97-10), as in CP 4071 8823 9056 1227.",
        specified_by_url="https://www.iso.org/standard/31531.html",
        serialize=_write_number,
        parse_value=lambda value: _text("SubscriberNumber", value),
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
"""The scalar of the API for each Python type."""
