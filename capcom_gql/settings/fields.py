"""All settings: those of each theme together, and what follows from them."""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ConfigDict

from capcom_gql.settings.installation import NOTIFY_NAME, Installation
from capcom_gql.settings.limits import Limits
from capcom_gql.settings.retention import Retention
from capcom_gql.settings.rule_numbers import RuleNumbers

__all__ = ["NOTIFY_NAME", "PREFIX", "Settings", "variable"]

PREFIX = "CAPCOM_"
"""The beginning of every setting's name in the environment."""


class Settings(Retention, RuleNumbers, Limits, Installation):
    """All settings of an installation but those of its channels, which `notify` holds as text.

    Frozen; made by `load`, or directly in tests. The description of a field says what it is for, and its `accepts`
    which values it takes. Raises ValidationError.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @property
    def is_production(self) -> bool:
        """Whether `CAPCOM_ENV` is `production`."""
        return self.env == "production"

    @property
    def zone(self) -> ZoneInfo:
        """The operator's time zone, whose civil days the rules count."""
        return ZoneInfo(self.time_zone)

    @property
    def account_base_url(self) -> str:
        """What the URLs in letters begin with, without a slash at the end."""
        return self.account_url or self.public_url

    @property
    def sqlite_file(self) -> Path | None:
        """The absolute path of the SQLite file; None if the database is PostgreSQL."""
        if not self.database_url:
            return (self.data_dir / "capcom.sqlite3").absolute()
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///")).expanduser().absolute()
        return None

    @property
    def accepted_hosts(self) -> tuple[str, ...]:
        """The host names that the server answers to: the public one, `allowed_hosts`, and in development loopback."""
        public = urlsplit(self.public_url).hostname or ""
        public = f"[{public}]" if ":" in public else public
        loopback = () if self.is_production else ("127.0.0.1", "localhost", "[::1]")
        return tuple(dict.fromkeys((public, *self.allowed_hosts, *loopback)))


def variable(field: str) -> str:
    """The environment variable of a field: `proof_days` is `CAPCOM_PROOF_DAYS`."""
    return PREFIX + field.upper()
