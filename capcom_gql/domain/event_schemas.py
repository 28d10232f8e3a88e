"""The JSON Schemas (draft 2020-12) of what webhook endpoints are sent, made from the table of events.

Receivers should ignore keys that they do not know: one may be added without another `schema_version`.
"""

from collections.abc import Mapping
from typing import Any

from capcom_gql.domain.endpoints import SCHEMA_VERSION, DisabledReason
from capcom_gql.domain.events import EVENTS, Kind, Spec
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.rights import Scope
from capcom_gql.domain.terms import CancellationReason

Schema = Mapping[str, Any]
"""A JSON Schema as Python values."""

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "minLength": 1}
_DAY: Schema = {"type": "string", "format": "date"}
_AMOUNT: Schema = {"type": "integer", "minimum": 0}

# Details whose name does not end in one of _ENDINGS; "<kind>.<name>" where only that kind has this schema.
_CODES: Mapping[str, Schema] = {
    "plan_code": _TEXT,
    "proof_kind": _TEXT,
    "event_kind": {"enum": [each.value for each in EventKind]},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "provisional": {"type": "boolean"},
    "is_open": {"type": "boolean"},
    "seat_limit": {"type": "integer", "minimum": 1},
    "version": _TEXT,
    "scopes": {"type": "array", "items": {"enum": [each.value for each in Scope]}},
    "fields": {"type": "array", "items": _TEXT},
    "letter": {"enum": ["notice", "reminder"]},
    "reminder": {"type": "integer", "minimum": 1},
    f"{Kind.TERM_CANCELLED}.reason": {"enum": [each.value for each in CancellationReason]},
    f"{Kind.ENDPOINT_DISABLED}.reason": {"enum": [each.value for each in DisabledReason]},
}
_ENDINGS: Mapping[str, Schema] = {
    "_id": _ID,
    "_ids": {"type": "array", "items": _ID},
    "_on": _DAY,
    "_minor": _AMOUNT,
}
# There may have been no manager before, and no person who accepted.
_MAY_BE_NULL = frozenset({f"{Kind.MANAGER_CHANGED}.previous_seat_id", f"{Kind.TERMS_ACCEPTED}.person_id"})


def document(readings: Mapping[str, str]) -> dict[str, Any]:
    """The JSON Schema of every body that endpoints are sent: one definition for each kind of event, named so.

    `readings` are the sentences that describe each kind, by kind.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What webhook endpoints are sent",
        "description": "Days are civil days of the operator's zone, amounts minor units of the currency. Ids are "
        "opaque: ask the API what they name. Let pass what you do not know.",
        "oneOf": [{"$ref": f"#/$defs/{kind.value}"} for kind in EVENTS],
        "$defs": {kind.value: schema_of(kind, readings[kind.value]) for kind in EVENTS},
    }


def schema_of(kind: Kind, reading: str) -> dict[str, Any]:
    """The JSON Schema of the body for events of a kind. Raises KeyError for a detail without a schema in this file."""
    spec = EVENTS[kind]
    return {
        "title": kind.value,
        "description": reading,
        **_object(
            {
                "type": {"const": kind.value},
                "timestamp": {"type": "string", "format": "date-time", "description": "When it became true, in UTC."},
                "data": _object(
                    {
                        "schema_version": {"const": SCHEMA_VERSION},
                        "id": {**_ID, "description": "The event's own, for `node`."},
                        "organisation_id": _nullable(_ID),
                        "subject_id": _nullable(_ID),
                        "details": _details(kind, spec),
                    }
                ),
            }
        ),
    }


def _details(kind: Kind, spec: Spec) -> Schema:
    return _object({name: _detail(kind, name) for name in spec.details})


def _detail(kind: Kind, name: str) -> Schema:
    schema = _CODES.get(f"{kind}.{name}") or _CODES.get(name) or _by_ending(name)
    return _nullable(schema) if f"{kind}.{name}" in _MAY_BE_NULL else schema


def _by_ending(name: str) -> Schema:
    _, _, ending = f"_{name}".rpartition("_")
    return _ENDINGS[f"_{ending}"]


def _nullable(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}
