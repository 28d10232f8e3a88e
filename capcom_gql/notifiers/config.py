"""A channel's settings as they are given, which is as text, made into its model."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import is_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, is_typeddict

from pydantic import BaseModel, Json, ValidationError
from pydantic.fields import FieldInfo

WRITE_JSON = 'write it as JSON, such as ["a", "b"] for a list or {"name": "value"} for named values'


def validated(model: type[BaseModel], given: Mapping[str, str]) -> BaseModel:
    """The settings. Raises ValidationError, and what a validator of the model's own may raise besides.

    A list, or another model, is read from JSON; only where the model does not take the text itself, since it may have
    a validator that splits it.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        refused = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
        read = {
            field: json.loads(given[field])
            for field in refused & given.keys()
            if wants_json(model, field) and is_json(given[field])
        }
        if not read:
            raise
    return model.model_validate({**given, **read})


def wants_json(model: type[BaseModel], name: str) -> bool:
    """Whether a field is of a kind that no plain text can be: a list, another model."""
    declared = _declared(model, name)
    return declared is not None and not _reads_json(declared.metadata) and _is_structure(declared.annotation)


def is_json(text: str) -> bool:
    """Whether a text is a list or an object in JSON."""
    if not text.lstrip().startswith(("[", "{")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _reads_json(metadata: Iterable[object]) -> bool:
    """Whether pydantic itself reads JSON for a field."""
    sign: Any = Json
    return any(part is sign or isinstance(part, sign) for part in metadata)


def _declared(model: type[BaseModel], name: str) -> FieldInfo | None:
    for field, declared in model.model_fields.items():
        if name in (field, declared.alias, declared.validation_alias):
            return declared
    return None


def _is_structure(annotation: Any) -> bool:
    """A union is one where none of its kinds takes text."""
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
