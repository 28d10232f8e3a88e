"""Which checks apply to a channel: a check says what it needs, and a test class what its channel has."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from capcom_gql.testing.declared import Declared, WorldKind
from capcom_gql.testing.http_world import HttpWorld
from capcom_gql.testing.smtp_world import SmtpWorld

Check: TypeAlias = Callable[..., None]
"""A test method of the contract."""

_NEEDS_WORLD = "_capcom_worlds"
_NEEDS_RECEIVED = "_capcom_sight"
_PROTOCOLS: Mapping[WorldKind, str] = {HttpWorld: "HTTP", SmtpWorld: "SMTP", None: "neither HTTP nor SMTP"}


def needs_world(*kinds: type[HttpWorld] | type[SmtpWorld]) -> Callable[[Check], Check]:
    """Mark a check that needs a world of one of these kinds; without arguments, of any kind."""

    def mark(check: Check) -> Check:
        setattr(check, _NEEDS_WORLD, kinds or (HttpWorld, SmtpWorld))
        return check

    return mark


def needs_received(check: Check) -> Check:
    """Mark a check that examines the messages that arrived (`Declared.received`)."""
    setattr(check, _NEEDS_RECEIVED, True)
    return check


def checks_of(contract: type[Any]) -> dict[str, Check]:
    """All checks of a class, by name: its methods that begin with `test_`."""
    found = {name: getattr(contract, name) for name in dir(contract) if name.startswith("test_")}
    return {name: check for name, check in found.items() if callable(check)}


def reason_not_applicable(declared: type[Declared], name: str, check: Check) -> str | None:
    """Why a check does not apply to a channel, as a sentence; None if it applies."""
    if name in declared.does_not_apply:
        return declared.does_not_apply[name]
    worlds = getattr(check, _NEEDS_WORLD, None)
    if worlds is not None and declared.world not in worlds:
        return f"the class declares that the channel speaks {_PROTOCOLS[declared.world]} (world)"
    if getattr(check, _NEEDS_RECEIVED, False) and declared.world is None and declared.received is Declared.received:
        return "the class does not define how to read what arrived (received)"
    return None
