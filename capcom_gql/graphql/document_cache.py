"""Documents: parsed and validated once each, however often they are sent; and which fields an operation begins with."""

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

from capcom_gql.graphql.scalars import text_fault

MAX_TOKENS = 5_000
"""how many words and signs a document may have"""

_KEPT = 1_000
_LONGEST_KEPT = 20_000


class _PlainText(ASTValidationRule):
    """No text in a document holds what no column may."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        fault = text_fault(node.value)
        if fault is not None:
            self.report_error(GraphQLError(f"This text {fault}.", node))


@dataclass(frozen=True)
class Document:
    """A document with its operations and fragments by name; `errors` where it is not valid for the schema."""

    tree: DocumentNode
    errors: tuple[GraphQLError, ...]
    operations: Mapping[str | None, OperationDefinitionNode] = field(init=False)
    fragments: Mapping[str, FragmentDefinitionNode] = field(init=False)

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
        """The operation of a name, or the only one; None where that says nothing."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None

    def root_fields(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> set[str]:
        """The names of the fields that an operation begins with, fragments included, skipped ones left out."""
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
                if _is_left_out(node.directives or (), given):
                    continue
                if isinstance(node, FieldNode):
                    fields.add(node.name.value)
                elif isinstance(node, InlineFragmentNode):
                    left.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    left.append(self.fragments[node.name.value].selection_set)
        return fields


def _is_left_out(directives: tuple[DirectiveNode, ...], variables: Mapping[str, Any]) -> bool:
    for directive in directives:
        if directive.name.value in ("skip", "include"):
            (condition,) = directive.arguments or ()
            value = condition.value
            told = variables.get(value.name.value) if isinstance(value, VariableNode) else getattr(value, "value", None)
            if bool(told) is (directive.name.value == "skip"):
                return True
    return False


class DocumentCache:
    """The documents that this process has read against one schema; the least recently sent are forgotten.

    Without `introspection` the schema is not told, nor what a mistyped name may have meant.
    """

    def __init__(self, schema: GraphQLSchema, *, introspection: bool) -> None:
        self._schema = schema
        self.hides_schema = not introspection
        closed = () if introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, _PlainText, *closed)
        self._read: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """A document, validated. Raises GraphQLSyntaxError for a text that is none."""
        known = self._read.get(text)
        if known is not None:
            self._read.move_to_end(text)
            return known
        document = self._validated(text)
        if len(text) <= _LONGEST_KEPT:
            self._read[text] = document
            if len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return document

    def _validated(self, text: str) -> Document:
        tree = parse(text, max_tokens=MAX_TOKENS)
        return Document(tree, tuple(validate(self._schema, tree, self._rules, hide_suggestions=self.hides_schema)))
