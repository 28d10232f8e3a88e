"""How types declare a field that is worked out: a typed decorator over the library's, which mypy reads as Any."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def resolved(description: str) -> Callable[[Resolver], Resolver]:
    """A field whose value the decorated method works out."""

    def declare(resolver: Resolver) -> Resolver:
        return cast(Resolver, strawberry.field(resolver, description=description))

    return declare


def given(value: Any) -> Any:
    """An argument or input field as deeds take it: None where the client left it out."""
    return None if value is strawberry.UNSET else value
