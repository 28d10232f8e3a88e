"""Validate a JSON Schema (2020-12), as far as the schemas of settings use its vocabulary."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
"""The types that JSON Schema knows."""
_ONE_SCHEMA = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")


def faults_of(schema: object) -> list[str]:
    """The faults of a schema of settings, each with its place in it; empty for a valid one."""
    try:
        whole = json.loads(json.dumps(schema, allow_nan=False))
    except (TypeError, ValueError) as error:
        return [f"it cannot be written as JSON: {error}"]
    if not isinstance(whole, dict):
        return ["it is not an object"]
    faults = list(_faults(whole, whole, "#"))
    if whole.get("type") != "object":
        faults.insert(0, '#: its type must be "object"')
    return faults


def _faults(schema: Any, whole: Mapping[str, Any], place: str) -> Iterator[str]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield f"{place} must be an object, true or false"
        return
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in TYPES:
            yield f"{place}/type: there is no type {kind!r}"
    if "enum" in schema and not isinstance(schema["enum"], list):
        yield f"{place}/enum must be a list"
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        yield f"{place}/required must be a list of names"
    reference = schema.get("$ref")
    if reference is not None and not _resolves(reference, whole):
        yield f"{place}/$ref does not resolve: {reference!r}"
    yield from _below(schema, whole, place)


def _below(schema: Mapping[str, Any], whole: Mapping[str, Any], place: str) -> Iterator[str]:
    for word in _ONE_SCHEMA:
        if word in schema:
            yield from _faults(schema[word], whole, f"{place}/{word}")
    for word in _LISTS_OF_SCHEMAS:
        if word not in schema:
            continue
        if not isinstance(schema[word], list) or not schema[word]:
            yield f"{place}/{word} must be a list of schemas"
            continue
        for number, each in enumerate(schema[word]):
            yield from _faults(each, whole, f"{place}/{word}/{number}")
    for word in _MAPS_OF_SCHEMAS:
        if word not in schema:
            continue
        if not isinstance(schema[word], dict):
            yield f"{place}/{word} must be an object"
            continue
        for name, each in schema[word].items():
            yield from _faults(each, whole, f"{place}/{word}/{name}")


def _resolves(reference: object, whole: Mapping[str, Any]) -> bool:
    if not isinstance(reference, str) or not reference.startswith("#"):
        return False
    found: Any = whole
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or name not in found:
            return False
        found = found[name]
    return True
