"""The schema holds what `contract.graphql` fixes: names, arguments, defaults, nullability; all but what is PENDING."""

import re
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    DefinitionNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)

from capcom_gql.graphql.schema import sdl

CONTRACT = Path(__file__).parents[1] / "contract.graphql"

# Every part of the contract that the schema does not hold yet; the name of a type stands for all that is in it.
_PENDING = """
Subscription
"""
PENDING = frozenset(_PENDING.split())


def parts_of(text: str) -> dict[str, str]:
    """Each part of a schema by its name, with what must be the same in both."""
    return dict(part for definition in parse(text).definitions for part in _parts(definition))


def _parts(definition: DefinitionNode) -> Iterator[tuple[str, str]]:
    match definition:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            yield definition.name.value, definition.kind
            for interface in definition.interfaces or ():
                yield f"{definition.name.value} implements {interface.name.value}", ""
            for field in definition.fields or ():
                name = f"{definition.name.value}.{field.name.value}"
                yield name, print_ast(field.type)
                yield from ((f"{name}({argument.name.value})", _taken(argument)) for argument in field.arguments or ())
        case InputObjectTypeDefinitionNode():
            yield definition.name.value, definition.kind
            for value in definition.fields or ():
                yield f"{definition.name.value}.{value.name.value}", _taken(value)
        case EnumTypeDefinitionNode():
            yield definition.name.value, definition.kind
            yield from ((f"{definition.name.value}.{item.name.value}", "") for item in definition.values or ())
        case ScalarTypeDefinitionNode():
            yield definition.name.value, definition.kind
        case _:
            raise AssertionError(f"a {definition.kind}, which this test cannot compare")


def _taken(value: InputValueDefinitionNode) -> str:
    default = "" if value.default_value is None else f" = {print_ast(value.default_value)}"
    return print_ast(value.type) + default


def _contract() -> dict[str, str]:
    """The contract's parts, with the connections that it describes in words."""
    text = CONTRACT.read_text()
    for name in sorted(set(re.findall(r": (\w+)Connection\b", text))):
        text += f"""
            type {name}Connection {{ edges: [{name}Edge!]! nodes: [{name}!]! pageInfo: PageInfo! totalCount: Int! }}
            type {name}Edge {{ cursor: String! node: {name}! }}
        """
    return parts_of(text)


def _type_of(part: str) -> str:
    return re.split(r"[. ]", part)[0]


def missing_from(schema: dict[str, str], contract: dict[str, str]) -> set[str]:
    """What the schema lacks; of a type that it lacks, the type only; of a field, not its arguments too."""
    lacking = {part for part in contract if part not in schema}
    return {
        part
        for part in lacking
        if (_type_of(part) == part or _type_of(part) not in lacking) and part.partition("(")[0] not in lacking - {part}
    }


def test_the_schema_lacks_exactly_what_is_pending() -> None:
    lacking = missing_from(parts_of(sdl()), _contract())
    assert sorted(lacking - PENDING) == [], "the schema lacks these, and PENDING does not say so"
    assert sorted(PENDING - lacking) == [], "the schema has these: take them off PENDING"


def test_what_the_schema_holds_is_as_the_contract_says() -> None:
    schema, contract = parts_of(sdl()), _contract()
    differing = {
        part: (schema[part], text) for part, text in contract.items() if part in schema and schema[part] != text
    }
    assert differing == {}, "(ours, the contract's)"


def test_what_the_schema_has_besides_is_never_required() -> None:
    """A client written after the contract alone sends nothing more than it says."""
    schema, contract = parts_of(sdl()), _contract()
    inputs = {part for part, kind in schema.items() if kind == "input_object_type_definition"}
    demanded = {
        part
        for part, text in schema.items()
        if part not in contract
        and text.endswith("!")
        and (("(" in part and part.partition("(")[0] in contract) or (_type_of(part) in inputs & set(contract)))
    }
    assert demanded == set()


def test_the_comparison_sees_every_kind_of_difference() -> None:
    contract = parts_of(
        "type A implements N { a(x: Int = 1): Int! } enum E { P Q } input I { i: Int } scalar S type B { b: Int }"
    )
    schema = parts_of("type A { a: Int! } enum E { P } input I { j: Int } type C { c: Int }")
    assert missing_from(schema, contract) == {"A implements N", "A.a(x)", "E.Q", "I.i", "S", "B"}
    assert parts_of("type A { a(x: Int = 1): Int! }")["A.a(x)"] != parts_of("type A { a(x: Int): Int! }")["A.a(x)"]
