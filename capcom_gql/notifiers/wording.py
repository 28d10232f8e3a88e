"""Describe faults in a channel's settings by the names of their environment variables, without showing a secret."""

import json
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from capcom_gql.notifiers.config import WRITE_JSON, is_json, wants_json
from capcom_gql.notifiers.redaction import redact


def variable(channel_name: str, field: str) -> str:
    """The environment variable of a channel's field: `host` of `email` is `CAPCOM_NOTIFY__EMAIL__HOST`."""
    return f"CAPCOM_NOTIFY__{channel_name.upper()}__{field.upper()}"


def refused_settings(
    channel_name: str, model: type[BaseModel], values: Mapping[str, str], error: ValidationError
) -> str:
    """The faults of a channel's settings in one line, the missing ones first. Values that may be secret are hidden."""
    missing: list[str] = []
    faults: list[str] = []
    hidden = [part for field, value in values.items() if not _may_be_shown(model, field) for part in _parts(value)]
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        field = str(detail["loc"][0]) if detail["loc"] else ""
        name = variable(channel_name, field)
        words = detail["msg"].removeprefix("Value error, ")
        inside = ".".join(map(str, detail["loc"][1:]))
        if field in values and wants_json(model, field) and not is_json(values[field]):
            words = WRITE_JSON
        elif inside:
            words = f"{inside}: {words}"
        if detail["type"] == "missing" and not inside:
            missing.append(name)
        elif detail["type"] == "extra_forbidden" and not inside:
            known = ", ".join(sorted(variable(channel_name, known) for known in model.model_fields))
            faults.append(f"{name} is not a setting of this channel, which knows {known or 'none'}")
        elif field in values and _may_be_shown(model, field):
            faults.append(f"{name}={values[field]} is refused: {words}")
        else:
            faults.append(f"{name if field else 'the settings'} refused: {words}")
    if missing:
        faults.insert(0, f"set {' and '.join(missing)}")
    return redact("; ".join(dict.fromkeys(faults)), hidden)


def hidden_values(schema: Mapping[str, object], values: Mapping[str, str]) -> set[str]:
    """The values of fields that the settings' JSON Schema marks as secret (`writeOnly`), or does not know."""
    return {part for field, value in values.items() if _is_secret(schema, field) for part in _parts(value)}


def _is_secret(schema: Mapping[str, object], field: str) -> bool:
    declared = schema.get("properties")
    known = declared if isinstance(declared, dict) else {}
    field_schema = str(known.get(field, "writeOnly"))
    # the schema of a model inside is a definition of its own
    return "writeOnly" in field_schema or ("$ref" in field_schema and "writeOnly" in str(schema.get("$defs")))


def _parts(value: str) -> list[str]:
    """A value, and if it is JSON, each text in it."""
    parts, found = [value], [json.loads(value)] if is_json(value) else []
    while found:
        part = found.pop()
        if isinstance(part, dict):
            found.extend(part.values())
        elif isinstance(part, list):
            found.extend(part)
        elif isinstance(part, str):
            parts.append(part)
    return parts


def _may_be_shown(model: type[BaseModel], field: str) -> bool:
    # an unknown name may be a misspelt secret
    declared = model.model_fields.get(field)
    if declared is None or "Secret" in str(declared.annotation):
        return False
    return not _is_secret(model.model_json_schema(), declared.alias or field)
