"""Which checks mean something for a channel: a check says what it needs, a test class what it has."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from capcom_gql.testing.declared import Declared, WorldKind
from capcom_gql.testing.http_world import HttpWorld
from capcom_gql.testing.smtp_world import SmtpWorld

Check: TypeAlias = Callable[..., None]

_WORLDS = "_capcom_worlds"
_SIGHT = "_capcom_sight"
_CALLED: Mapping[WorldKind, str] = {HttpWorld: "HTTP", SmtpWorld: "SMTP", None: "neither HTTP nor SMTP"}


def in_a_world(*kinds: type[HttpWorld] | type[SmtpWorld]) -> Callable[[Check], Check]:
    """The check is about the other end, in a world of one of these kinds; of either without any."""

    def mark(check: Check) -> Check:
        setattr(check, _WORLDS, kinds or (HttpWorld, SmtpWorld))
        return check

    return mark


def by_sight(check: Check) -> Check:
    """The check looks at what arrived."""
    setattr(check, _SIGHT, True)
    return check


def checks_of(contract: type[Any]) -> dict[str, Check]:
    """Every check of a class, by name."""
    found = {name: getattr(contract, name) for name in dir(contract) if name.startswith("test_")}
    return {name: check for name, check in found.items() if callable(check)}


def why_not(declared: type[Declared], name: str, check: Check) -> str | None:
    """The reason why a check means nothing for a channel; None where it applies."""
    if name in declared.does_not_apply:
        return declared.does_not_apply[name]
    worlds = getattr(check, _WORLDS, None)
    if worlds is not None and declared.world not in worlds:
        return f"the class declares that the channel speaks {_CALLED[declared.world]} (world)"
    if getattr(check, _SIGHT, False) and declared.world is None and declared.received is Declared.received:
        return "the class does not say how to see what arrived (received)"
    return None
