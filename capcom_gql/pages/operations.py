"""What a ready-made operation of the explorer is, and how the demo puts its own values in."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Literal

CallerKind = Literal["key", "staff", "manager"]

IDEMPOTENCY_KEY = "made-anew-for-each-page"


@dataclass(frozen=True)
class Operation:
    """One operation to choose. `name` is that of the GraphQL operation and of its permalink (#op=NAME).

    `callers` are the kinds of caller who may run it, the most telling first; empty when no token is needed.
    """

    name: str
    title: str
    group: str
    needs: str
    document: str
    callers: tuple[CallerKind, ...] = ()
    variables: Mapping[str, object] = field(default_factory=dict)


def with_variables(
    operations: Sequence[Operation], values: Mapping[str, Mapping[str, object]]
) -> tuple[Operation, ...]:
    """The same operations with these variables in place of the samples, by operation name.

    Objects are merged key by key, anything else is replaced. Raises ValueError for a name no operation has.
    """
    unknown = values.keys() - {operation.name for operation in operations}
    if unknown:
        raise ValueError(f"no ready-made operation is called {', '.join(sorted(unknown))}")
    return tuple(
        replace(operation, variables=_merged(operation.variables, values.get(operation.name, {})))
        for operation in operations
    )


def _merged(sample: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    merged = deepcopy(dict(sample))
    for key, value in given.items():
        held = merged.get(key)
        merged[key] = _merged(held, value) if isinstance(held, dict) and isinstance(value, Mapping) else value
    return merged


def document_of(name: str) -> str:
    """The text of the ready-made operation of that name."""
    return files("capcom_gql.pages").joinpath("operations", f"{name}.graphql").read_text("utf-8").rstrip()
