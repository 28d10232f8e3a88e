"""What a check found of one part of the installation, and what every check is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from capcom_gql.app.answers import NO_ANSWER
from capcom_gql.app.broker_check import BrokerCheck
from capcom_gql.notifiers.registry import Registry
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import DatabaseUnavailable
from capcom_gql.storage.installation import missing_migrations, must_answer


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` says whether the part does its work, `detail` and `facts` what was seen, `remedy` what to do about it.

    A part that is ok and has a remedy works, and yet deserves a look.
    """

    ok: bool
    detail: str = ""
    remedy: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As /readyz tells it: without the remedy, which is for whoever sits at the machine."""
        return {"ok": self.ok, **self.facts, **({"detail": self.detail} if self.detail else {})}

    @property
    def words(self) -> str:
        """What was seen, in one line."""
        if self.detail or "value" in self.facts:
            return self.detail or str(self.facts["value"])
        return ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in self.facts.items())


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return "not known" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the checks of one round stand on. `missing` are the migrations to come, None without a database, of which
    `fault` then says what is wrong.
    """

    settings: Settings
    broker: BrokerCheck
    registry: Registry
    missing: list[str] | None
    fault: str = NO_ANSWER

    @property
    def has_tables(self) -> bool:
        """Whether the database answers, and its tables are those of this version."""
        return self.missing == []


async def ground(settings: Settings, broker: BrokerCheck, registry: Registry) -> Ground:
    """The ground of a round, with the database asked; it is open, or was."""
    try:
        await must_answer()
        return Ground(settings, broker, registry, await missing_migrations())
    except DatabaseUnavailable:
        return Ground(settings, broker, registry, None)
