"""The schema file is current, everything in it is described, and every field has its right declared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    is_specified_directive,
    is_specified_scalar_type,
)
from graphql import (
    build_schema as built_from,
)

from capcom_gql.domain.field_rights import FIELDS, right_of
from capcom_gql.graphql.authorization import guard
from capcom_gql.graphql.schema import build_schema, sdl

KEPT = Path(__file__).parents[2] / "schema.graphql"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return built_from(sdl())


def own_types(schema: GraphQLSchema) -> Iterator[tuple[str, object]]:
    for name, type_ in schema.type_map.items():
        if not name.startswith("__") and not is_specified_scalar_type(type_):
            yield name, type_


def test_the_schema_file_is_what_the_code_says() -> None:
    assert KEPT.read_text(encoding="utf-8") == sdl(), "write it anew: capcom schema > schema.graphql"


def descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for name, type_ in own_types(schema):
        assert isinstance(
            type_,
            GraphQLScalarType | GraphQLEnumType | GraphQLInputObjectType | GraphQLInterfaceType | GraphQLObjectType,
        )
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{value}", item.description) for value, item in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", item.description) for field, item in type_.fields.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument_name, argument in field.args.items():
                    yield f"{name}.{field_name}({argument_name})", argument.description
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description


def test_everything_is_described_in_a_sentence(schema: GraphQLSchema) -> None:
    described = dict(descriptions(schema))
    assert len(described) > 300
    bare = [name for name, text in described.items() if not text or text != text.strip() or text[-1] not in ".?"]
    assert bare == []


def test_days_say_whose_and_amounts_in_what(schema: GraphQLSchema) -> None:
    """Units and time zones are said in the field, its type, or the scalar itself."""
    described = dict(descriptions(schema))
    assert "operator's time zone" in (described["Date"] or "")
    assert "UTC" in (described["DateTime"] or "")
    minor = [name for name in described if name.casefold().endswith("minor")]
    assert len(minor) >= 3
    assert [name for name in minor if "minor unit" not in (described[name] or "")] == []


def test_every_scalar_of_ours_says_where_it_is_specified(schema: GraphQLSchema) -> None:
    scalars = {
        name: type_.specified_by_url for name, type_ in own_types(schema) if isinstance(type_, GraphQLScalarType)
    }
    assert sorted(scalars) == ["Date", "DateTime", "EmailAddress", "JSON", "PhoneNumber", "SubscriberNumber", "URL"]
    assert [name for name, url in scalars.items() if not (url or "").startswith("https://")] == []


def test_the_table_of_rights_declares_the_fields_of_the_schema_and_no_other(schema: GraphQLSchema) -> None:
    fields = {
        f"{name}.{field}"
        for name, type_ in own_types(schema)
        if isinstance(type_, GraphQLObjectType) and not name.endswith(("Connection", "Edge", "Payload", "Error"))
        for field in type_.fields
    }
    assert fields - set(FIELDS) == set(), "fields without a declared right"
    assert set(FIELDS) - fields == set(), "rights of fields that do not exist"


def test_a_field_without_a_declared_right_stops_the_schema() -> None:
    @strawberry.type
    class Query:
        secret: str

    with pytest.raises(KeyError, match=r"Query\.secret"):
        guard(strawberry.Schema(Query)._schema)


def test_every_field_whose_right_is_declared_is_guarded() -> None:
    """The resolver that runs is the guard's, for each of them and none else."""
    types = build_schema()._schema.type_map
    objects = {name: type_ for name, type_ in types.items() if isinstance(type_, GraphQLObjectType)}
    guarded = {
        f"{name}.{field_name}"
        for name, type_ in objects.items()
        for field_name, field in type_.fields.items()
        if getattr(field.resolve, "__module__", "") == guard.__module__
    }
    declared = {
        f"{name}.{field_name}"
        for name, type_ in objects.items()
        if not name.startswith("__")
        for field_name in type_.fields
        if right_of(name, field_name) is not None
    }
    assert len(declared) > 80
    assert guarded == declared
