"""The result of a health check, and what all checks of one round share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from capcom_gql.app.broker_check import BrokerCheck
from capcom_gql.notifiers.registry import Registry
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import DatabaseUnavailable
from capcom_gql.storage.installation import missing_migrations, must_answer

NO_ANSWER = "the database does not answer"
"""What a check reports where the database cannot be reached."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    ok: bool
    """Whether the part works."""
    detail: str = ""
    """What was found, as a sentence."""
    remedy: str = ""
    """What to do, as a sentence. A part that is ok and has a remedy works, and deserves a look."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What was found, as named JSON values."""

    def as_json(self) -> dict[str, object]:
        """The finding as /readyz shows it: without the remedy, which is for operators."""
        return {"ok": self.ok, **self.facts, **({"detail": self.detail} if self.detail else {})}

    @property
    def summary(self) -> str:
        """What was found, in one line for a table."""
        if self.detail or "value" in self.facts:
            return self.detail or str(self.facts["value"])
        return ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in self.facts.items())


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return "not known" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What the checks of one round share."""

    settings: Settings
    broker: BrokerCheck
    registry: Registry
    missing: list[str] | None
    """The names of the migrations that are not applied; None if the database cannot be reached."""
    fault: str = NO_ANSWER
    """Why the database cannot be reached, if `missing` is None."""

    @property
    def has_tables(self) -> bool:
        """Whether the database answers and all migrations are applied."""
        return self.missing == []


async def check_context(settings: Settings, broker: BrokerCheck, registry: Registry) -> CheckContext:
    """The context of a new round, for which the database is asked. The database must have been opened."""
    try:
        await must_answer()
        return CheckContext(settings, broker, registry, await missing_migrations())
    except DatabaseUnavailable:
        return CheckContext(settings, broker, registry, None)
