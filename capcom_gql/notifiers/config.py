"""Validate a channel's settings: from text, as the environment gives them, to the channel's pydantic model."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import is_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, is_typeddict

from pydantic import BaseModel, Json, ValidationError
from pydantic.fields import FieldInfo

WRITE_JSON = 'write it as JSON, such as ["a", "b"] for a list or {"name": "value"} for named values'
"""What the operator is advised where a list or a model is not written as JSON."""


def validate_settings(model: type[BaseModel], values: Mapping[str, str]) -> BaseModel:
    """A channel's settings, from its fields as text. Raises ValidationError, and whatever a validator of the model
    raises.

    A field that holds a list or another model may be written as JSON. It is parsed as JSON only if the model refuses
    the text itself, since the model may have a validator of its own that splits the text.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        refused = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
        read = {
            field: json.loads(values[field])
            for field in refused & values.keys()
            if wants_json(model, field) and is_json(values[field])
        }
        if not read:
            raise
    return model.model_validate({**values, **read})


def wants_json(model: type[BaseModel], name: str) -> bool:
    """Whether a field's type cannot be given as plain text, since it is a list, a mapping or another model."""
    declared = _declared(model, name)
    return declared is not None and not _reads_json(declared.metadata) and _is_structure(declared.annotation)


def is_json(text: str) -> bool:
    """Whether a text is a JSON array or object."""
    if not text.lstrip().startswith(("[", "{")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _reads_json(metadata: Iterable[object]) -> bool:
    """Whether the field is declared as `pydantic.Json`, so that pydantic parses it."""
    marker: Any = Json
    return any(part is marker or isinstance(part, marker) for part in metadata)


def _declared(model: type[BaseModel], name: str) -> FieldInfo | None:
    for field, declared in model.model_fields.items():
        if name in (field, declared.alias, declared.validation_alias):
            return declared
    return None


def _is_structure(annotation: Any) -> bool:
    """Whether values of a type are structures. A union is one only if none of its members takes text."""
    origin = get_origin(annotation)
    if origin is Annotated:
        kind, *metadata = get_args(annotation)
        return not _reads_json(metadata) and _is_structure(kind)
    if origin in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return all(map(_is_structure, kinds))
    kind = origin or annotation
    if not isinstance(kind, type) or issubclass(kind, str | bytes | bytearray):
        return False
    return issubclass(kind, BaseModel | Collection) or is_dataclass(kind) or is_typeddict(kind)
