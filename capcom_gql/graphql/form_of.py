"""Turn an input of the API into the form that a command takes, field by field, by their names."""

from collections.abc import Hashable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

import strawberry

Form = TypeVar("Form", bound=Hashable)


def form_of(given: Any, form: type[Form], **renamed: str) -> Form:
    """An input as a form whose fields have the same names; `renamed` gives the input's name of one that has another.

    What the client left out takes the form's default, or is None where it has none. So does a null that the form
    does not take. Lists become tuples, inputs inside it the forms that the annotations name, and an enum's value its
    text where the form takes text. Raises TypeError where the two do not have the same fields.
    """
    lines = _lines_of(form)
    names = {line: renamed.get(line, line) for line in lines}
    if unlike := _names_of(given.__class__) ^ set(names.values()):
        raise TypeError(f"{type(given).__name__} and {form.__name__} differ in {', '.join(sorted(unlike))}")
    values = {line: getattr(given, name) for line, name in names.items()}
    return form(**{line: lines[line].read(value) for line, value in values.items() if lines[line].takes(value)})


@dataclass(frozen=True, slots=True)
class _Line:
    """What the annotation of a form's field says."""

    has_default: bool
    takes_none: bool
    is_text: bool
    inner: type[object] | None
    """the form inside it, if any"""

    def takes(self, value: object) -> bool:
        """Whether the value is passed to the form, and not left to its default."""
        if value is strawberry.UNSET:
            return not self.has_default
        return value is not None or self.takes_none or not self.has_default

    def read(self, value: object) -> object:
        """The value as the form takes it."""
        if value is strawberry.UNSET:
            return None
        if isinstance(value, list):
            return tuple(self.read(each) for each in value)
        if self.inner is not None and is_dataclass(value):
            return form_of(value, self.inner)
        return value.value if self.is_text and isinstance(value, Enum) else value


@cache
def _names_of(form: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(form))


@cache
def _lines_of(form: Any) -> dict[str, _Line]:
    hints = get_type_hints(form)
    return {
        field.name: _Line(
            has_default=field.default is not MISSING or field.default_factory is not MISSING,
            takes_none=NoneType in get_args(hints[field.name]),
            is_text=hints[field.name] is str,
            inner=_form_in(hints[field.name]),
        )
        for field in fields(form)
    }


def _form_in(annotation: object) -> type[object] | None:
    """The form that an annotation names, at any depth: `tuple[PersonForm, ...] | None`."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        return annotation
    return next(filter(None, map(_form_in, get_args(annotation))), None)
