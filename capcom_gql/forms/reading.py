"""What came of reading what a form says: the value in its normal form, or every fault, each at its path."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from capcom_gql.domain.refusals import Fault

Path = tuple[str, ...]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Read(Generic[Value]):
    """What came of reading. `partial` is what could be read: what has a fault counts as left out there."""

    partial: Value
    faults: tuple[Fault, ...] = ()

    @property
    def value(self) -> Value:
        """All of it, in its normal form; for after the faults were refused."""
        assert not self.faults, "what has a fault is refused, not used"
        return self.partial


class Unchanged(Enum):
    """What a form does not mention."""

    UNCHANGED = "STAYS"


UNCHANGED: Final = Unchanged.UNCHANGED

TextOrUnchanged: TypeAlias = str | Literal[Unchanged.UNCHANGED] | None
