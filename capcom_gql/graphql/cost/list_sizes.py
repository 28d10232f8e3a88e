"""How many objects a list is taken to have when the cost of an operation is estimated."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ValueNode,
    VariableNode,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_union_type,
)

from capcom_gql.storage.queries.keyset import DEFAULT_SIZE, LARGEST_SIZE

DECLARED: Mapping[str, int] = {
    "AddSeatsPayload.seats": 10,
    "Delivery.attempts": 10,
    "OrganisationSubscription.agenda": 10,
    "OrganisationSubscription.seats": 10,
    "OrganisationSubscription.terms": 20,
    "Person.addresses": 10,
    "Plan.discounts": 3,
    "Query.apiKeys": 20,
    "Query.notifiers": 20,
    "Query.plans": 20,
    "Query.webhookEndpoints": 20,
    "Term.discounts": 3,
    "Viewer.organisations": 10,
    "Viewer.seats": 10,
    "Viewer.sessions": 10,
    "Viewer.supportRequests": 20,
}
"""Objects in each list that is not a page, and whose arguments do not say how many they are."""

COUNTED_BY: Mapping[str, str] = {"Query.discountChecks": "inputs", "Query.nodes": "ids"}
"""The argument that says how many objects a list has: it has one for each."""

CONNECTION = "Connection"
"""How the names of the types end whose `edges` and `nodes` are a page."""

Variable: TypeAlias = Callable[[str], Any]
"""Gives the value of a variable by its name, as it was sent; None where there is none."""


def page_size(node: FieldNode, variable: Variable) -> int:
    """Objects on the page that a field's `first` and `last` ask for, the larger of the two; DEFAULT_SIZE without both.

    Of the sizes that the field refuses later, one above LARGEST_SIZE counts as that, a negative one as 0, and what is
    no number as not given.
    """
    given = (each.value for each in node.arguments or () if each.name.value in ("first", "last"))
    asked = [_number(value, variable) for value in given]
    sizes = [min(max(each, 0), LARGEST_SIZE) for each in asked if each is not None]
    return max(sizes, default=DEFAULT_SIZE)


def count_of(node: FieldNode, argument_name: str, variable: Variable) -> int:
    """How many values the list in an argument of a field has; a single value counts as a list of one."""
    for argument in node.arguments or ():
        if argument.name.value == argument_name:
            given = variable(argument.value.name.value) if isinstance(argument.value, VariableNode) else None
            if isinstance(given, list):
                return len(given)
            return len(argument.value.values) if isinstance(argument.value, ListValueNode) else 1
    return 1


def _number(value: ValueNode, variable: Variable) -> int | None:
    given: Any = variable(value.name.value) if isinstance(value, VariableNode) else None
    if isinstance(value, IntValueNode):
        given = value.value
    try:
        return None if given is None else int(given)
    except (TypeError, ValueError, OverflowError):
        # not a number: the field refuses it
        return None


def introspected_sizes(schema: GraphQLSchema) -> Mapping[str, float]:
    """The mean sizes of the lists of introspection, as `__Type.fields`, in this schema."""
    types = list(schema.type_map.values())
    composite = [type_ for type_ in types if is_object_type(type_) or is_interface_type(type_)]
    fields = [field for type_ in composite for field in type_.fields.values()]
    inputs = [field for type_ in types if is_input_object_type(type_) for field in type_.fields.values()]
    values = [value for type_ in types if is_enum_type(type_) for value in type_.values]
    possible = sum(
        len(schema.get_possible_types(type_)) for type_ in types if is_interface_type(type_) or is_union_type(type_)
    )
    return {
        "__Schema.types": len(types),
        "__Schema.directives": len(schema.directives),
        "__Directive.args": sum(len(each.args) for each in schema.directives) / max(1, len(schema.directives)),
        "__Field.args": sum(len(each.args) for each in fields) / max(1, len(fields)),
        "__Type.fields": len(fields) / len(types),
        "__Type.inputFields": len(inputs) / len(types),
        "__Type.enumValues": len(values) / len(types),
        "__Type.interfaces": sum(len(each.interfaces) for each in composite) / len(types),
        "__Type.possibleTypes": possible / len(types),
        # not a list, but half of the types wrap none
        "__Type.ofType": 0.5,
    }
