"""Columns of our own: instants that cannot be naive, text that may be looked for at any length, folded names."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar, cast, overload

import orjson
from tortoise import fields
from tortoise.models import Model

Text = TypeVar("Text", str, str | None)


class InstantField(fields.DatetimeField[Any]):
    """An instant: aware, kept and compared in UTC. Raises ValueError for a naive one.

    SQLite compares instants as text, so one zone and one form is what makes a comparison right.
    """

    def to_python_value(self, value: Any) -> Any:
        """The value as a row holds it; the ORM would take a naive one for UTC."""
        check_aware(value)
        # SQLite gives the text that `to_db_value` made; the ORM's own reader takes any spelling, slowly
        return as_instant(value) if isinstance(value, str) else super().to_python_value(value)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        """The value as the database keeps it, in conditions too."""
        check_aware(value)
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
        return super().to_db_value(value, instance)


class ShortText(fields.CharField[Text]):
    """Text of a bounded length. Looked for at any length: of what is longer than any, there is no row."""

    # the ORM's own overloads, which name its own class
    @overload
    def __init__(self: "ShortText[str]", max_length: int, *, null: Literal[False] = False, **more: Any) -> None: ...
    @overload
    def __init__(self: "ShortText[str | None]", max_length: int, *, null: Literal[True], **more: Any) -> None: ...
    def __init__(self, max_length: int, **more: Any) -> None:
        cast(Any, super()).__init__(max_length, **more)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        """The value as the database keeps it; in a condition, where the ORM gives the class, as it is."""
        return value if isinstance(instance, type) else super().to_db_value(value, instance)


def check_aware(value: object) -> None:
    """Raises ValueError for a naive instant."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("an instant needs a time zone")


def as_instant(value: Any) -> datetime | None:
    """An instant column as a row of plain SQL gives it: SQLite gives its text. In UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return None if value is None else cast(datetime, value).astimezone(UTC)


def as_day(value: Any) -> date | None:
    """A day column as a row of plain SQL gives it: SQLite gives its text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_json(value: Any) -> Any:
    """A JSON column as a row of plain SQL gives it: its text, on both engines."""
    return orjson.loads(value)


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})
_NOT_WORD = re.compile(r"[^\w]+")


def folded(text: str) -> str:
    """Text as it is searched and ordered: no case, no accents, one space between words ("Évreux" -> "evreux").

    Folding what is folded changes nothing.
    """
    # a letter such as ℡ has its case only once taken apart, and some come apart again once their case is gone
    caseless = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    bare = unicodedata.normalize("NFKD", caseless.translate(_LIGATURES))
    kept = "".join(character for character in bare if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", kept).strip()
