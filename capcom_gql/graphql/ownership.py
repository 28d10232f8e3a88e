"""Whose an object is: what the table of rights needs to know of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from capcom_gql.domain.rights import Actor, Right, may


class Ownership(Protocol):
    """What an object of the API carries, so that each of its fields can be judged."""

    def allow(self, right: Right, actor: Actor) -> bool:
        """Whether the caller has the right on the object."""


@dataclass(frozen=True, slots=True)
class Owned:
    """An object of one or several organisations, perhaps of one person, perhaps made by one API key.

    A person has several organisations; whoever has the right in one of them has it.
    """

    organisation_ids: Collection[str | None] = (None,)
    person_id: str | None = None
    key_id: str | None = None

    def allow(self, right: Right, actor: Actor) -> bool:
        """Whether the table gives the caller the right."""
        own = (self.person_id is not None and self.person_id == actor.person_id) or (
            self.key_id is not None and self.key_id == actor.key_id
        )
        return any(may(right, actor, each, own=own) for each in self.organisation_ids or (None,))


class Echoed:
    """What a caller just sent, read back to them: nothing in it is anybody's secret (R5)."""

    def allow(self, right: Right, actor: Actor) -> bool:
        """Always: fields that must not be told are empty in the object itself."""
        return True


@dataclass(frozen=True, slots=True)
class Reached:
    """An event read in the timeline of its organisation, or beside a letter about it: whoever may read the one may
    read the other.
    """

    organisation_id: str | None
    by: Right = Right.VIEW_DETAILS
    """the right over what it is reached by"""

    def allow(self, right: Right, actor: Actor) -> bool:
        """The right over what it is reached by stands for that over events; any other is as elsewhere."""
        return may(self.by if right is Right.EVENTS else right, actor, self.organisation_id)
