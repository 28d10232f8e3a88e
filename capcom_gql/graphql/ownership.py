"""Whom an object belongs to, which decides the rights over it (`domain.rights.may`)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from capcom_gql.domain.rights import Actor, Right, may


class Ownership(Protocol):
    """Carried by each object of the API, so that the rights over its fields can be checked."""

    def allow(self, right: Right, actor: Actor) -> bool:
        """Whether the caller has a right over the object."""


@dataclass(frozen=True, slots=True)
class Owned:
    """The owners of an object. A right in one of several organisations is enough."""

    organisation_ids: Collection[str | None] = (None,)
    person_id: str | None = None
    """the person whose own it is, if any"""
    key_id: str | None = None
    """the API key that made it, if any"""

    def allow(self, right: Right, actor: Actor) -> bool:
        """Whether the table of rights gives the caller a right over the object."""
        own = (self.person_id is not None and self.person_id == actor.person_id) or (
            self.key_id is not None and self.key_id == actor.key_id
        )
        return any(may(right, actor, each, own=own) for each in self.organisation_ids or (None,))


class Echoed:
    """An object that reads back what the caller has just sent, and reveals nothing else (R5)."""

    def allow(self, right: Right, actor: Actor) -> bool:
        """Always True: fields that would reveal more are empty in the object itself."""
        return True


@dataclass(frozen=True, slots=True)
class ReadThrough:
    """An event that is read through another object: the timeline of an organisation, or a delivery about it."""

    organisation_id: str | None
    by: Right = Right.VIEW_DETAILS
    """the right over that object, which includes the right to read the event"""

    def allow(self, right: Right, actor: Actor) -> bool:
        """Whether the caller has the right, with `by` in place of the right to read events."""
        return may(self.by if right is Right.EVENTS else right, actor, self.organisation_id)
