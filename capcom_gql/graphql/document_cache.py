"""GraphQL documents, parsed and validated once and cached by their text; the root fields of an operation."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ASTValidationRule,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    parse,
    specified_rules,
    validate,
)

from capcom_gql.graphql.cost.objects import Cost, Estimator, check_objects
from capcom_gql.graphql.cost.syntax import check_syntax
from capcom_gql.graphql.scalars import text_fault
from capcom_gql.settings.limits import Limits

_MOST_CACHED = 1_000
_LONGEST_CACHED = 20_000
"""characters"""


class _PlainText(ASTValidationRule):
    """Refuses string values that the database cannot store."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        fault = text_fault(node.value)
        if fault is not None:
            self.report_error(GraphQLError(f"This text {fault}.", node))


@dataclass(frozen=True)
class Document:
    """A parsed document."""

    tree: DocumentNode
    errors: tuple[GraphQLError, ...]
    """why it is not valid for the schema; empty where it is"""
    operations: Mapping[str | None, OperationDefinitionNode] = field(init=False)
    """by name; None for an operation without a name"""
    fragments: Mapping[str, FragmentDefinitionNode] = field(init=False)
    """by name"""
    fixed_costs: dict[int, Cost] = field(default_factory=dict, init=False)
    """by the identity of an operation, where no variable changes its cost"""

    def __post_init__(self) -> None:
        operations: dict[str | None, OperationDefinitionNode] = {}
        fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in self.tree.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else None] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
        object.__setattr__(self, "operations", operations)
        object.__setattr__(self, "fragments", fragments)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation with a name, without one the only operation; None where there is no such operation."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None

    def root_fields(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> set[str]:
        """The names of an operation's root fields, those of fragments included, without those that are skipped."""
        defaults = {
            definition.variable.name.value: getattr(definition.default_value, "value", None)
            for definition in operation.variable_definitions or ()
        }
        given = {**defaults, **variables}
        fields: set[str] = set()
        spread: set[str] = set()
        left: list[SelectionSetNode] = [operation.selection_set]
        while left:
            for node in left.pop().selections:
                if _is_skipped(node.directives or (), given):
                    continue
                if isinstance(node, FieldNode):
                    fields.add(node.name.value)
                elif isinstance(node, InlineFragmentNode):
                    left.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    left.append(self.fragments[node.name.value].selection_set)
        return fields


def _is_skipped(directives: tuple[DirectiveNode, ...], variables: Mapping[str, Any]) -> bool:
    for directive in directives:
        if directive.name.value in ("skip", "include"):
            (condition,) = directive.arguments or ()
            value = condition.value
            is_true = bool(
                variables.get(value.name.value) if isinstance(value, VariableNode) else getattr(value, "value", None)
            )
            if is_true is (directive.name.value == "skip"):
                return True
    return False


class DocumentCache:
    """The documents that this process has validated against one schema; the least recently used are dropped.

    Without `introspection` the schema cannot be queried, and errors suggest no names.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._estimator = Estimator(schema)
        self.hides_schema = not introspection
        closed = () if introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, _PlainText, *closed)
        self._read: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """The document of a text, validated.

        Raises GraphQLSyntaxError for malformed text, RequestRefused (OPERATION_TOO_COSTLY) where its syntax alone is
        beyond the limits.
        """
        known = self._read.get(text)
        if known is not None:
            self._read.move_to_end(text)
            return known
        document = self._validated(text)
        if len(text) <= _LONGEST_CACHED:
            self._read[text] = document
            if len(self._read) > _MOST_CACHED:
                self._read.popitem(last=False)
        return document

    def cost(self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Cost:
        """The cost of an operation of a valid document with variables.

        Raises RequestRefused (OPERATION_TOO_COSTLY) where it asks for more objects than the limit.
        """
        cost = document.fixed_costs.get(id(operation))
        if cost is None:
            cost = self._estimator.cost(operation, document.fragments, variables)
            if cost.is_fixed:
                document.fixed_costs[id(operation)] = cost
        check_objects(cost, self._limits.operation_objects)
        return cost

    def _validated(self, text: str) -> Document:
        tree = parse(text, max_tokens=self._limits.operation_tokens)
        check_syntax(tree, self._limits)
        return Document(tree, tuple(validate(self._schema, tree, self._rules, hide_suggestions=self.hides_schema)))
