"""Deeds as the tests try them: an attempt at one, and every one that a caller may do."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.rights.verdicts import Caller, Judged, Object, deeds, judged


@dataclass(frozen=True)
class Attempt:
    """A deed to try. `code` is the fault of a form that is badly filled, None for a good one.

    `place` is where the form has what ownership is judged by, if not where the table says.
    """

    case: str
    form: dict[str, Any]
    about: Object = field(default_factory=Object)
    code: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Doing:
    """A deed that a caller may do, by what they are to an organisation."""

    caller: Caller
    deed: str
    at: str

    @property
    def name(self) -> str:
        """Its name in the list of tests."""
        return f"{self.caller.name}-{self.deed}-{self.at}"


# Deeds done on the caller's own organisation of the stage; the others on one that is made for it, if on any.
IN_PLACE = {"addSeats", "removeSeat", "updateOrganisation"}


def who_may(callers: Iterable[Caller]) -> Iterator[Doing]:
    """Every deed that each caller may do."""
    for caller, deed in itertools.product(callers, deeds()):
        # what a caller redeemed, they may release; what is theirs, they may do
        theirs = {at: Object(at, caller.name, caller.person) for at in "ABC"}
        places = [at for at, about in theirs.items() if judged(caller, deed, about) is Judged.MAY]
        for at in places if deed in IN_PLACE else places[:1]:
            yield Doing(caller, deed, at)
