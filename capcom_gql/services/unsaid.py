"""What a form does not mention: it stays as it is, which is not the same as nothing."""

from enum import Enum
from typing import Final, Literal, TypeAlias


class Unsaid(Enum):
    """What a form does not mention."""

    STAYS = "STAYS"


STAYS: Final = Unsaid.STAYS
Line: TypeAlias = str | Literal[Unsaid.STAYS] | None
