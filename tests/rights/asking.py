"""Asking for everything: documents made from the schema itself, so that a field added to it is asked for."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    IntrospectionQuery,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_composite_type,
    is_non_null_type,
)

from tests.rights.stage import Stage
from tests.rights.verdicts import ANONYMOUS, Answered, Caller, Thing, sees

Path: TypeAlias = tuple[str | int, ...]
Shape: TypeAlias = Mapping[str, Any]

# The ways by which objects are reached from other objects: field by field, deeper and deeper.
TERM: Shape = {"proof": {}, "plan": {}}
SEAT: Shape = {"person": {}, "subscription": {}, "survey": {"term": TERM}}
EVENT: Shape = {"organisation": {}, "subject": {"Seat": SEAT, "SupportRequest": {}}}
SUBSCRIPTION: Shape = {
    "organisation": {},
    "plan": {},
    "manager": SEAT,
    "seats": SEAT,
    "terms": TERM,
    "currentTerm": TERM,
    "upcomingTerm": TERM,
}
ORGANISATION: Shape = {"subscription": SUBSCRIPTION}
# with every event of it: once is enough
ORGANISATION_AND_ITS_PAST: Shape = {"subscription": {**SUBSCRIPTION, "timeline": {"edges": {"node": EVENT}}}}
REDEMPTION: Shape = {"seat": SEAT, "organisation": ORGANISATION}
DELIVERY: Shape = {"event": EVENT}
SUPPORT: Shape = {"seat": SEAT, "openedBy": {}}
VIEWER: Shape = {"person": {}, "seats": SEAT, "organisations": ORGANISATION, "supportRequests": SUPPORT}

# objects asked for in one document
BATCH = 40

ARGUMENTS = {
    ("OrganisationSubscription", "seats"): "(includeRemoved: true)",
    ("OrganisationSubscription", "timeline"): "(first: 100)",
}


@dataclass(frozen=True)
class Raw:
    """An answer as it came."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The data of an answer that has some."""
        data = self.body.get("data")
        assert isinstance(data, dict), self.body
        return data

    @property
    def codes(self) -> dict[Path, str | None]:
        """The code of each error by its place; no place is the request itself."""
        errors = self.body.get("errors", [])
        return {tuple(error.get("path", ())): error.get("extensions", {}).get("code") for error in errors}

    @property
    def text(self) -> str:
        """Everything that was told, without the signs that a number may be written with."""
        return bare_text(json.dumps(self.body, ensure_ascii=False))


def ending(raw: Raw, name: str) -> Answered | str:
    """How a question of this name ended; a text for an ending that there should not be."""
    codes, data = raw.codes, raw.body.get("data")
    if codes == {(): "UNAUTHENTICATED"} and raw.status == 401 and "data" not in raw.body:
        return Answered.UNAUTHENTICATED
    if codes == {(): "FORBIDDEN"} and data is None:
        return Answered.REQUEST
    if data is not None and codes == {(name,): "FORBIDDEN"} and data[name] is None:
        return Answered.FIELD
    return f"{raw.status}: {raw.body}" if codes or data is None else Answered.YES


async def ask(
    stage: Stage, caller: Caller, document: str, variables: Mapping[str, Any] | None = None, token: str | None = None
) -> Raw:
    """Ask through the door, as a caller or with another token, and hold the whole answer against what they are told.

    A machine is told no subscriber number, whatever it asks (R11); a person those of their own people only; and
    nobody the address of a person whom they may not see.
    """
    bearer = token or stage.token(caller)
    headers = {"Accept-Language": "en"} | ({} if bearer is None else {"Authorization": f"Bearer {bearer}"})
    content = {"query": document, "variables": dict(variables or {})}
    response = await stage.world.client.post("/graphql", json=content, headers=headers)
    raw = Raw(response.status_code, json.loads(response.content))
    text = raw.text
    told = [whose for whose, secret in _secrets(stage, caller) if secret in text]
    assert not told, f"{caller.name} was told the {told}: {document} {variables}"
    assert caller.scope is None or not re.search(r"CP\d{16}", text), f"{caller.name} was told a number: {document}"
    return raw


def _secrets(stage: Stage, caller: Caller) -> Iterator[tuple[str, str]]:
    """What a caller is never told, as `Raw.text` would have it, with what it is."""
    for whose, number in stage.numbers.items():
        name, _, letter = whose.partition(" at ")
        # who was removed may be told the number that was theirs, or not: the rules leave it open
        if not (caller.is_staff or caller.person == name or letter in caller.manages):
            yield f"number of {whose}", re.sub(r"\D", "", number)
    for person in stage.of("Person"):
        # whoever sees to the letters is told where they went
        if not (sees(caller, person) or caller.scope == "NOTIFICATIONS_WRITE"):
            yield f"address of {person.holder}", bare_text(f'"{person.holder}@ville.example')


def bare_text(text: str) -> str:
    """A text without the signs that a number may be written with."""
    return re.sub(r"[\s.-]", "", text)


async def schema_of(stage: Stage) -> GraphQLSchema:
    """The schema as the door tells it."""
    raw = await ask(stage, ANONYMOUS, get_introspection_query(descriptions=False))
    return build_client_schema(cast(IntrospectionQuery, raw.data))


@dataclass(frozen=True)
class Documents:
    """Selections of every field that the schema has."""

    schema: GraphQLSchema

    def objects(self) -> dict[str, GraphQLObjectType]:
        """The object types of the schema, but its own words and the three roots."""
        roots = {self.schema.query_type, self.schema.mutation_type, self.schema.subscription_type}
        return {
            name: type_
            for name, type_ in self.schema.type_map.items()
            if isinstance(type_, GraphQLObjectType) and type_ not in roots and not name.startswith("__")
        }

    def is_node(self, type_name: str) -> bool:
        """Whether objects of the type have an id of their own."""
        type_ = self.schema.type_map[type_name]
        return isinstance(type_, GraphQLObjectType) and any(each.name == "Node" for each in type_.interfaces)

    def nullable(self, type_name: str) -> set[str]:
        """The fields of a type that may be null."""
        fields = self.objects()[type_name].fields
        return {name for name, field in fields.items() if not is_non_null_type(field.type)}

    def every_field(self, type_name: str, shape: Shape | None = None) -> str:
        """A selection of all fields: values whole, other objects as deep as the shape goes, then by their id."""
        type_ = self.objects()[type_name]
        fields = [self._field(type_name, name, field, shape or {}) for name, field in type_.fields.items()]
        return f"{{ __typename {' '.join(fields)} }}"

    def _field(self, owner: str, name: str, field: GraphQLField, shape: Shape) -> str:
        asked = name + ARGUMENTS.get((owner, name), "")
        named = get_named_type(field.type)
        if not is_composite_type(named):
            return asked
        deeper = shape.get(name)
        if isinstance(named, GraphQLInterfaceType):
            kinds = "".join(f" ... on {kind} {self.every_field(kind, more)}" for kind, more in (deeper or {}).items())
            return f"{asked} {{ __typename {' '.join(named.fields)}{kinds} }}"
        if deeper is None and self.is_node(named.name):
            return f"{asked} {{ __typename id }}"
        return f"{asked} {self.every_field(named.name, deeper)}"

    def by_id(self, things: Iterable[Thing]) -> Iterable[str]:
        """Questions for objects by their ids, with all their fields; several, for no document may be too long."""
        asked = [
            f'{thing.id}: node(id: "{thing.id}") {{ ... on {thing.type} {self.every_field(thing.type)} }}'
            for thing in things
        ]
        for start in range(0, len(asked), BATCH):
            yield f"{{ {' '.join(asked[start : start + BATCH])} }}"
