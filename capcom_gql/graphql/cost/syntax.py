"""What a document asks for by its syntax alone: depth, fields, aliases, directives, root fields.

Each definition is walked once, and its counts are reused wherever it is spread, so that fragments which spread one
another many times cost no more than their text. It counts documents that are not valid too: an unknown fragment, or
one inside itself, counts for nothing, and the validation refuses it.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from capcom_gql.graphql.errors import too_costly
from capcom_gql.settings.limits import Limits

ONCE = ("signIn", "subscribe", "requestPassword", "choosePassword", "confirmEmail")
"""The mutations that may stand at most once in a document, since each is a door to guess at or sends letters."""

_MOST = 1_000_000_000
"""Counts stop here: fragments that spread one another would reach numbers without end."""


@dataclass
class _Counts:
    """What a definition asks for, with that of the fragments it spreads."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    roots: Counter[str] = field(default_factory=Counter)
    """its outermost fields, by name, and how often each stands there"""
    spreads: list[tuple[int, str]] = field(default_factory=list)
    """how many fields are around each spread, and the fragment's name"""
    directives: int = 0
    """the most at one place, without those of the fragments"""

    def add(self, depth: int, spread: "_Counts") -> None:
        """Add what a fragment asks for that is spread inside of `depth` fields."""
        self.depth = max(self.depth, depth + spread.depth)
        self.fields = min(self.fields + spread.fields, _MOST)
        self.aliases = min(self.aliases + spread.aliases, _MOST)
        if depth == 0:
            for name, times in spread.roots.items():
                self.roots[name] = min(self.roots[name] + times, _MOST)


def check_syntax(tree: DocumentNode, limits: Limits) -> None:
    """Check a parsed document, valid or not, against the limits. Raises RequestRefused (OPERATION_TOO_COSTLY)."""
    fragments: dict[str, _Counts] = {}
    operations: list[tuple[OperationType, _Counts]] = []
    for definition in tree.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _own(definition)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append((definition.operation, _own(definition)))
    _resolve(fragments)
    for _, counts in operations:
        _add_spreads(counts, fragments, fragments)
    everywhere = [*fragments.values(), *(counts for _, counts in operations)]
    _check_counts(
        [counts for _, counts in operations], max((each.directives for each in everywhere), default=0), limits
    )
    for name in ONCE:
        times = sum(counts.roots[name] for type_, counts in operations if type_ is OperationType.MUTATION)
        if times > 1:
            raise too_costly(f"“{name}” stands {times} times in the document, and may stand there once.", 1, times)


def _check_counts(operations: Sequence[_Counts], directives: int, limits: Limits) -> None:
    for what, limit, actual in (
        ("directives at one place", limits.operation_directives, directives),
        ("levels of fields", limits.operation_depth, max((each.depth for each in operations), default=0)),
        ("fields", limits.operation_fields, sum(each.fields for each in operations)),
        ("aliases", limits.operation_aliases, sum(each.aliases for each in operations)),
        (
            "root fields",
            limits.operation_root_fields,
            max((each.roots.total() for each in operations), default=0),
        ),
    ):
        if actual > limit:
            raise too_costly(f"The document has {actual} {what}, and may have {limit}.", limit, actual)


def _own(definition: FragmentDefinitionNode | OperationDefinitionNode) -> _Counts:
    """What a definition asks for by itself."""
    counts = _Counts(directives=len(definition.directives or ()))
    left: list[tuple[int, SelectionSetNode]] = [(0, definition.selection_set)]
    while left:
        depth, selection_set = left.pop()
        for node in selection_set.selections:
            counts.directives = max(counts.directives, len(node.directives or ()))
            inner = _count(node, depth, counts)
            if inner is not None:
                left.append((depth + isinstance(node, FieldNode), inner))
    return counts


def _count(node: SelectionNode, depth: int, counts: _Counts) -> SelectionSetNode | None:
    """Count one selection; return the selections inside it."""
    if isinstance(node, FieldNode):
        counts.depth = max(counts.depth, depth + 1)
        counts.fields += 1
        counts.aliases += node.alias is not None
        if depth == 0:
            counts.roots[node.name.value] += 1
    elif isinstance(node, FragmentSpreadNode):
        counts.spreads.append((depth, node.name.value))
        return None
    inner: SelectionSetNode | None = getattr(node, "selection_set", None)
    return inner


def _resolve(fragments: Mapping[str, _Counts]) -> None:
    """Add to every fragment what it spreads, each fragment once, the innermost first."""
    done: set[str] = set()
    entered: set[str] = set()
    for start in fragments:
        stack = [start]
        while stack:
            name = stack[-1]
            if name in done:
                stack.pop()
            elif name in entered:
                _add_spreads(fragments[name], fragments, done)
                done.add(stack.pop())
            else:
                entered.add(name)
                stack += {each for _, each in fragments[name].spreads if each in fragments and each not in entered}


def _add_spreads(counts: _Counts, fragments: Mapping[str, _Counts], counted: Container[str]) -> None:
    """Add what the fragments ask for that a definition spreads; `counted` are those whose counts are complete."""
    for depth, name in counts.spreads:
        if name in counted:
            counts.add(depth, fragments[name])
