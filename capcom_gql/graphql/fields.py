"""Typed helpers over Strawberry's, which mypy reads as Any: computed fields, arguments that are left out."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def resolved(description: str) -> Callable[[Resolver], Resolver]:
    """Declare a field, with its description, whose value the decorated method computes."""

    def declare(resolver: Resolver) -> Resolver:
        return cast(Resolver, strawberry.field(resolver, description=description))

    return declare


def value_or_none(value: Any) -> Any:
    """The value of an argument or an input field; None where the client left it out."""
    return None if value is strawberry.UNSET else value
