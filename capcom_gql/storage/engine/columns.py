"""Column types and conversions: instants that are never naive, bounded text, values of plain SQL, folded names."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar, cast, overload

import orjson
from tortoise import fields
from tortoise.models import Model

Text = TypeVar("Text", str, str | None)


class InstantField(fields.DatetimeField[Any]):
    """A timezone-aware instant, stored and compared in UTC. Raises ValueError for a naive one.

    SQLite compares instants as text, which is right only if all have one time zone and one format.
    """

    def to_python_value(self, value: Any) -> Any:
        """The value of a row's attribute. Raises ValueError for a naive instant, which the ORM would take for UTC."""
        check_aware(value)
        # SQLite gives the text that `to_db_value` wrote; the ORM's own parser accepts more formats and is slower
        return as_instant(value) if isinstance(value, str) else super().to_python_value(value)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        """The value in the database, also in conditions. Raises ValueError for a naive instant."""
        check_aware(value)
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
        return super().to_db_value(value, instance)


class ShortText(fields.CharField[Text]):
    """Text of at most `max_length` characters. A condition may compare it with longer text: no row matches."""

    # the overloads of the ORM's class, whose types name that class
    @overload
    def __init__(self: "ShortText[str]", max_length: int, *, null: Literal[False] = False, **more: Any) -> None: ...
    @overload
    def __init__(self: "ShortText[str | None]", max_length: int, *, null: Literal[True], **more: Any) -> None: ...
    def __init__(self, max_length: int, **more: Any) -> None:
        cast(Any, super()).__init__(max_length, **more)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        """The value in the database; its length is not checked in a condition, where `instance` is the class."""
        return value if isinstance(instance, type) else super().to_db_value(value, instance)


def check_aware(value: object) -> None:
    """Raises ValueError for a naive instant."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("an instant needs a time zone")


def as_instant(value: Any) -> datetime | None:
    """The instant (UTC) of a column that was read with plain SQL; SQLite gives it as text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return None if value is None else cast(datetime, value).astimezone(UTC)


def as_day(value: Any) -> date | None:
    """The civil day of a column that was read with plain SQL; SQLite gives it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_json(value: Any) -> Any:
    """The value of a JSON column that was read with plain SQL; both engines give its text."""
    return orjson.loads(value)


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})
_NOT_WORD = re.compile(r"[^\w]+")


def folded(text: str) -> str:
    """Text as names are searched and sorted: no case, no accents, one space between words ("Évreux" -> "evreux").

    Idempotent.
    """
    # a letter such as ℡ has a case only once decomposed, and some decompose again once their case is folded
    caseless = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    bare = unicodedata.normalize("NFKD", caseless.translate(_LIGATURES))
    kept = "".join(character for character in bare if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", kept).strip()
