"""How many objects a valid operation asks for: an estimate by types and variables, in which sizes of lists multiply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    value_from_ast_untyped,
)

from capcom_gql.graphql.cost.list_sizes import (
    CONNECTION,
    COUNTED_BY,
    DECLARED,
    count_of,
    introspected_sizes,
    page_size,
)
from capcom_gql.graphql.errors import too_costly
from capcom_gql.storage.queries.keyset import DEFAULT_SIZE

_INTROSPECTED = 0.25
"""What an object of introspection counts for, which needs no database; any other counts for 1."""
_CHECKS = ("discountCheck", "discountChecks", "serviceAccess")
"""The root fields of which each answer costs a point."""
_OBJECTS_FOR_A_POINT = 100
_MOST = 1e9
"""Estimates stop here: lists inside of lists would reach numbers without end."""

_Key: TypeAlias = tuple[int, str, int]
"""Selections by identity, the type that they are about, and the size of the page that they are in."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation is expected to cost."""

    objects: int
    """objects that it asks for"""
    points: int
    """one for each full 100 objects; but at least 1, and at least as many as it asks for checks"""
    is_fixed: bool
    """whether it is the same whatever the variables are"""


@dataclass(frozen=True, slots=True)
class _Part:
    """Selections inside of others, and how many times they are answered."""

    selections: SelectionSetNode
    type_name: str
    page: int
    times: float
    objects: float
    """what the object that they are about counts for; 0 where they are a fragment of the same object"""
    checks: float
    """how many checks that object is"""

    @property
    def key(self) -> _Key:
        """By what its cost is kept."""
        return id(self.selections), self.type_name, self.page


class Estimator:
    """Estimates the objects of operations of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._introspected = introspected_sizes(schema)

    def cost(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> Cost:
        """The cost of a valid operation with these variables, as they were sent."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None, "a valid operation has a root type"
        walk = _Walk(self._schema, self._introspected, fragments, _with_defaults(operation, variables))
        asked, checks = walk.total(_Part(operation.selection_set, root.name, 0, 1, 0, 0))
        objects = ceil(asked)
        points = max(1, objects // _OBJECTS_FOR_A_POINT, ceil(checks))
        return Cost(objects, points, is_fixed=not walk.reads_variables)


def check_objects(cost: Cost, limit: int) -> None:
    """Raises RequestRefused (OPERATION_TOO_COSTLY) where an operation asks for more objects than the limit."""
    if cost.objects > limit:
        message = (
            f"The operation asks for about {cost.objects} objects, and may ask for {limit}. "
            "Ask for smaller pages, or for less inside of lists."
        )
        raise too_costly(message, limit, cost.objects)


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return {**defaults, **variables} if defaults else variables


class _Walk:
    """One estimate. The selections of a fragment are walked once for each type and page that they are about."""

    def __init__(
        self,
        schema: GraphQLSchema,
        introspected: Mapping[str, float],
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._introspected = introspected
        self._fragments = fragments
        self._variables = variables
        self.reads_variables = False
        self._totals: dict[_Key, tuple[float, float]] = {}

    def total(self, root: _Part) -> tuple[float, float]:
        """Objects and checks, worked out from the innermost selections outwards."""
        stack = [root]
        while stack:
            part = stack[-1]
            inner = list(self._inner(part))
            unknown = [each for each in inner if each.key not in self._totals]
            if unknown:
                stack += unknown
                continue
            stack.pop()
            objects = checks = 0.0
            for each in inner:
                inside = self._totals[each.key]
                objects += each.times * (each.objects + inside[0])
                checks += each.times * (each.checks + inside[1])
            self._totals[part.key] = (min(objects, _MOST), min(checks, _MOST))
        return self._totals[root.key]

    def _inner(self, part: _Part) -> Iterator[_Part]:
        for node in part.selections.selections:
            if isinstance(node, FieldNode):
                if node.selection_set is not None:
                    yield self._field(node, node.selection_set, part)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield _Part(fragment.selection_set, fragment.type_condition.name.value, part.page, 1, 0, 0)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                name = part.type_name if condition is None else condition.name.value
                yield _Part(node.selection_set, name, part.page, 1, 0, 0)

    def _field(self, node: FieldNode, selections: SelectionSetNode, parent: _Part) -> _Part:
        name = node.name.value
        type_ = cast(GraphQLCompositeType, self._schema.type_map[parent.type_name])
        field = self._schema.get_field(type_, name)
        assert field is not None, "a valid document asks for fields that exist"
        named = get_named_type(field.type).name
        times = self._times(field, node, parent)
        page = page_size(node, self._variable) if named.endswith(CONNECTION) else 0
        weight = _INTROSPECTED if named.startswith("__") else 1.0
        return _Part(selections, named, page, times, weight, float(name in _CHECKS))

    def _times(self, field: GraphQLField, node: FieldNode, parent: _Part) -> float:
        """How many objects a field is taken to answer for each object that it is asked of."""
        name = f"{parent.type_name}.{node.name.value}"
        introspected = self._introspected.get(name)
        if introspected is not None:
            return introspected
        if not is_list_type(get_nullable_type(field.type)):
            return 1
        if name in COUNTED_BY:
            return count_of(node, COUNTED_BY[name], self._variable)
        return parent.page or DECLARED.get(name, DEFAULT_SIZE)

    def _variable(self, name: str) -> Any:
        self.reads_variables = True
        return self._variables.get(name)
