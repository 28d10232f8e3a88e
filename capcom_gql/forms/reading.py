"""The result of reading a form: the value in its normal form, or all its faults, each at its path."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from capcom_gql.domain.refusals import Fault

Path = tuple[str, ...]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Read(Generic[Value]):
    """The result of reading a form or one of its fields.

    `partial` is what could be read: a field with a fault counts as left out there.
    """

    partial: Value
    faults: tuple[Fault, ...] = ()

    @property
    def value(self) -> Value:
        """The value in its normal form. Ask for it once the faults are refused: it asserts that there are none."""
        assert not self.faults, "a form with faults is refused before its value is used"
        return self.partial


class Unchanged(Enum):
    """The value of a field that a form leaves out, where null means something else: what is recorded stays."""

    UNCHANGED = "STAYS"


UNCHANGED: Final = Unchanged.UNCHANGED

TextOrUnchanged: TypeAlias = str | Literal[Unchanged.UNCHANGED] | None
