"""Every setting, with what it is for and what it accepts."""

from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from capcom_gql.settings.kinds import (
    BrokerUrl,
    Currency,
    DatabaseUrl,
    Days,
    Email,
    ExistingFolder,
    Folder,
    Hosts,
    Months,
    Names,
    OptionalWebAddress,
    ReminderDays,
    Slugs,
    TimeZone,
    WebAddress,
)

PREFIX = "CAPCOM_"
"""The beginning of every setting's name in the environment."""
NOTIFY_NAME = "CAPCOM_NOTIFY__<CHANNEL>__<FIELD>"
"""How the settings of channels are named."""


def _accepts(text: str) -> dict[str, Any]:
    return {"accepts": text}


class Settings(BaseModel):
    """All settings of an installation but those of its channels, which `notify` holds as text.

    Frozen; made by `load`, or directly in tests. The description of a field says what it is for, and its `accepts`
    which values it takes. Raises ValidationError.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: Literal["development", "production"] = Field(
        "development",
        description="What the installation is for; production has no demo data and refuses to move the clock.",
        json_schema_extra=_accepts("development or production"),
    )
    database_url: DatabaseUrl = Field(
        "",
        repr=False,
        description="The database; empty: the SQLite file capcom.sqlite3 in CAPCOM_DATA_DIR.",
        json_schema_extra=_accepts(
            "sqlite:///path/to/file (four slashes for an absolute path) or postgres://user:password@host/database"
        ),
    )
    broker_url: BrokerUrl = Field(
        "",
        repr=False,
        description="The message broker that wakes the workers after a command; empty: they look every second.",
        json_schema_extra=_accepts("redis://host, rediss://host, amqp://host or amqps://host"),
    )
    public_url: WebAddress = Field(
        "http://127.0.0.1:8000",
        description="The address at which people reach this server.",
        json_schema_extra=_accepts("an http:// or https:// address without query or user"),
    )
    account_url: OptionalWebAddress = Field(
        "",
        description="The site whose pages letters link to; empty: the pages of this server.",
        json_schema_extra=_accepts("an http:// or https:// address without query or user"),
    )
    currency: Currency = Field(
        "EUR",
        description="The one currency of all prices.",
        json_schema_extra=_accepts("a currency of ISO 4217, three capital letters such as EUR, CHF or JPY"),
    )
    channels: Slugs = Field(
        (),
        description="The channels that may deliver letters; empty: every active one.",
        json_schema_extra=_accepts("names of channels in lower case, separated by commas"),
    )
    allowed_hosts: Hosts = Field(
        (),
        description="Further host names this server answers to, besides that of CAPCOM_PUBLIC_URL and, in "
        "development, the loopback ones.",
        json_schema_extra=_accepts("host names without port separated by commas, * for a part or for any"),
    )
    explorer: Literal["", "on", "off", "graphiql"] = Field(
        "",
        description="The page on which to try queries, and introspection with it; empty: on in development, "
        "off in production.",
        json_schema_extra=_accepts("on, off or graphiql"),
    )
    send_timeout: float = Field(
        10.0,
        gt=0,
        le=300,
        allow_inf_nan=False,
        description="How long one attempt to send a letter may last, in seconds.",
        json_schema_extra=_accepts("a number of seconds above 0, at most 300"),
    )
    time_zone: TimeZone = Field(
        "Europe/Paris",
        description="The operator's time zone, in which days begin and end.",
        json_schema_extra=_accepts("a name of the IANA database, such as Europe/Paris or Indian/Reunion"),
    )
    data_dir: Folder = Field(
        Path("capcom-data"),
        description="The folder for the SQLite database and the mailbox; created when it is missing.",
        json_schema_extra=_accepts("the path of a folder"),
    )
    plugins_dir: ExistingFolder = Field(
        None,
        description="A folder of notifier plugins to load in addition to the installed ones; empty: none.",
        json_schema_extra=_accepts("the path of a folder that exists"),
    )
    plugins_disabled: Names = Field(
        (),
        description="Plugins that are not loaded.",
        json_schema_extra=_accepts("names of plugins separated by commas"),
    )
    plugins_in_process: Names = Field(
        (),
        description="Plugins that are not bundled and run in the server's own process: faster, but one that hangs or "
        "exits affects the server, and it can read every setting.",
        json_schema_extra=_accepts("names of plugins separated by commas"),
    )
    support_email: Email = Field(
        "support@capcom.example",
        description="The address to which people are sent for help, and to which the notices to staff go.",
        json_schema_extra=_accepts("an e-mail address"),
    )
    notify: dict[str, dict[str, str]] = Field(
        {},
        repr=False,
        description=f"The settings of each channel, given as {NOTIFY_NAME}; channel and field in lower case.",
        json_schema_extra=_accepts("what the channel's own documentation says"),
    )
    term_months: int = Field(
        12,
        ge=1,
        le=120,
        description="How long a term lasts, in months (R4).",
        json_schema_extra=_accepts("a whole number of months from 1 to 120"),
    )
    proof_days: Days = Field(
        15,
        description="Days within which the proof of payment must arrive (R8).",
        json_schema_extra=_accepts("a whole number of days from 1 to 365"),
    )
    proof_reminder_days: Days = Field(
        5,
        description="How many days before that deadline the manager is reminded of it (R8).",
        json_schema_extra=_accepts("a whole number of days from 1 to 365"),
    )
    notice_months: int = Field(
        1,
        ge=1,
        le=12,
        description="How long before the end of a term renewal is first asked, in months (R13).",
        json_schema_extra=_accepts("a whole number of months from 1 to 12"),
    )
    reminder_days: ReminderDays = Field(
        (21, 14, 7),
        description="How many days before the end of a term each reminder is due (R15).",
        json_schema_extra=_accepts("one to three decreasing whole numbers from 1 to 365, separated by commas"),
    )
    seats_min: int = Field(
        3,
        ge=1,
        le=1000,
        description="The fewest seats a plan may offer (R2).",
        json_schema_extra=_accepts("a whole number from 1 to 1000"),
    )
    seats_max: int = Field(
        10,
        ge=1,
        le=1000,
        description="The most seats a plan may offer (R2).",
        json_schema_extra=_accepts("a whole number from 1 to 1000"),
    )
    survey_days: Days = Field(
        30,
        description="Days after the end of a term during which its survey may be answered (R18).",
        json_schema_extra=_accepts("a whole number of days from 1 to 365"),
    )
    keep_letters_months: Months = Field(
        12,
        description="Months after which recipient and subject of a letter are blanked (capcom retention).",
        json_schema_extra=_accepts("a whole number of months from 1 to 120"),
    )
    keep_comments_months: Months = Field(
        24,
        description="Months after which the comment of a survey is blanked (capcom retention).",
        json_schema_extra=_accepts("a whole number of months from 1 to 120"),
    )
    keep_support_months: Months = Field(
        24,
        description="Months after its closing in which a support request keeps its texts (capcom retention).",
        json_schema_extra=_accepts("a whole number of months from 1 to 120"),
    )
    keep_persons_years: int = Field(
        3,
        ge=1,
        le=30,
        description="Years without a seat after which a person is erased (capcom retention).",
        json_schema_extra=_accepts("a whole number of years from 1 to 30"),
    )
    keep_mailbox_days: Days = Field(
        30,
        description="Days after which the files of the development mailbox are deleted (capcom retention).",
        json_schema_extra=_accepts("a whole number of days from 1 to 365"),
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        faults = [
            fault
            for broken, fault in (
                (
                    self.proof_reminder_days >= self.proof_days,
                    f"CAPCOM_PROOF_REMINDER_DAYS={self.proof_reminder_days} must be less than "
                    f"CAPCOM_PROOF_DAYS={self.proof_days}",
                ),
                (
                    self.seats_min > self.seats_max,
                    f"CAPCOM_SEATS_MIN={self.seats_min} must not exceed CAPCOM_SEATS_MAX={self.seats_max}",
                ),
                (
                    self.notice_months > self.term_months,
                    f"CAPCOM_NOTICE_MONTHS={self.notice_months} must not exceed CAPCOM_TERM_MONTHS={self.term_months}",
                ),
                (
                    # 28 days is the shortest month: reminders always follow the notice.
                    self.reminder_days[0] >= 28 * self.notice_months,
                    f"CAPCOM_REMINDER_DAYS={','.join(map(str, self.reminder_days))} must begin below "
                    f"{28 * self.notice_months}, so as to follow the notice of CAPCOM_NOTICE_MONTHS",
                ),
            )
            if broken
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self

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
