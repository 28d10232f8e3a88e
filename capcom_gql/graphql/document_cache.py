"""GraphQL documents, parsed and validated once and cached by their text; the root fields of an operation."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, cast

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
    Node,
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

CACHE_BYTES = 64 * 1024 * 1024
"""The most memory that the documents of a cache take, by estimate."""
_BYTES_OF_A_NODE = 500
"""What a node of a parsed document takes with its place in the text; 310 to 430 were measured."""


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
    """The documents that this process has executed against one schema; the least recently used are dropped.

    Those that are malformed, not valid or too costly are not kept: a stranger can write them without end.
    Without `introspection` the schema cannot be queried, and errors suggest no names.
    """

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, introspection: bool, most_bytes: int = CACHE_BYTES
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._estimator = Estimator(schema)
        self.hides_schema = not introspection
        closed = () if introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, _PlainText, *closed)
        self._kept: OrderedDict[str, tuple[Document, int]] = OrderedDict()
        self._most_bytes = most_bytes
        self.bytes = 0
        """what is kept takes in memory, by estimate"""

    def read(self, text: str) -> Document:
        """The document of a text, validated.

        Raises GraphQLSyntaxError for malformed text and for more tokens than the limit, RequestRefused
        (OPERATION_TOO_COSTLY) where its syntax alone is beyond the other limits. What makes it not valid for the schema
        is not raised, but in `Document.errors`.
        """
        known = self._kept.get(text)
        if known is None:
            return self._validated(text)
        self._kept.move_to_end(text)
        return known[0]

    def keep(self, text: str, document: Document) -> None:
        """Keep the document of a text, which was valid and executed."""
        if text in self._kept:
            return
        size = getsizeof(text) + _nodes(document.tree) * _BYTES_OF_A_NODE
        self._kept[text] = (document, size)
        self.bytes += size
        while self.bytes > self._most_bytes:
            _, (_, dropped) = self._kept.popitem(last=False)
            self.bytes -= dropped

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


def _nodes(tree: DocumentNode) -> int:
    """How many nodes a document has."""
    count, left = 0, [cast(Node, tree)]
    while left:
        node = left.pop()
        count += 1
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node):
                left.append(value)
            elif isinstance(value, tuple | list):
                left += [each for each in value if isinstance(each, Node)]
    return count
