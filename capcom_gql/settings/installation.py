"""The settings of an installation: where it runs, what it talks to, which channels it has."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from capcom_gql.settings.kinds import (
    BrokerUrl,
    Currency,
    DatabaseUrl,
    Email,
    ExistingFolder,
    Folder,
    Hosts,
    Names,
    Networks,
    OptionalWebAddress,
    Slugs,
    TimeZone,
    WebAddress,
    accepts,
)

NOTIFY_NAME = "CAPCOM_NOTIFY__<CHANNEL>__<FIELD>"
"""How the settings of channels are named."""


class Installation(BaseModel):
    """Where an installation runs, and what it talks to."""

    env: Literal["development", "production"] = Field(
        "development",
        description="What the installation is for; production has no demo data and refuses to move the clock.",
        json_schema_extra=accepts("development or production"),
    )
    database_url: DatabaseUrl = Field(
        "",
        repr=False,
        description="The database; empty: the SQLite file capcom.sqlite3 in CAPCOM_DATA_DIR.",
        json_schema_extra=accepts(
            "sqlite:///path/to/file (four slashes for an absolute path) or postgres://user:password@host/database"
        ),
    )
    broker_url: BrokerUrl = Field(
        "",
        repr=False,
        description="The message broker that wakes the workers after a command; empty: they look every second.",
        json_schema_extra=accepts("redis://host, rediss://host, amqp://host or amqps://host"),
    )
    public_url: WebAddress = Field(
        "http://127.0.0.1:8000",
        description="The address at which people reach this server.",
        json_schema_extra=accepts("an http:// or https:// address without query or user"),
    )
    account_url: OptionalWebAddress = Field(
        "",
        description="The site whose pages letters link to; empty: the pages of this server.",
        json_schema_extra=accepts("an http:// or https:// address without query or user"),
    )
    currency: Currency = Field(
        "EUR",
        description="The one currency of all prices.",
        json_schema_extra=accepts("a currency of ISO 4217, three capital letters such as EUR, CHF or JPY"),
    )
    channels: Slugs = Field(
        (),
        description="The channels that may deliver letters; empty: every active one.",
        json_schema_extra=accepts("names of channels in lower case, separated by commas"),
    )
    allowed_hosts: Hosts = Field(
        (),
        description="Further host names this server answers to, besides that of CAPCOM_PUBLIC_URL and, in "
        "development, the loopback ones.",
        json_schema_extra=accepts("host names without port separated by commas, * for a part or for any"),
    )
    trusted_proxies: Networks = Field(
        (),
        description="The proxies whose X-Forwarded-For says where a request comes from; empty: none, the header is "
        "ignored.",
        json_schema_extra=accepts("IP addresses and networks separated by commas, such as 127.0.0.1 or 10.0.0.0/8"),
    )
    explorer: Literal["", "on", "off", "graphiql"] = Field(
        "",
        description="The page on which to try queries, and introspection with it; empty: on in development, "
        "off in production.",
        json_schema_extra=accepts("on, off or graphiql"),
    )
    metrics_token: str = Field(
        "",
        repr=False,
        pattern=r"^([!-~]{16,200})?$",
        description="The bearer token that /metrics asks for; empty: none, and the proxy keeps it from the outside.",
        json_schema_extra=accepts("16 to 200 letters, digits and signs of ASCII, without spaces"),
    )
    send_timeout: float = Field(
        10.0,
        gt=0,
        le=300,
        allow_inf_nan=False,
        description="How long one attempt to send a letter may last, in seconds.",
        json_schema_extra=accepts("a number of seconds above 0, at most 300"),
    )
    time_zone: TimeZone = Field(
        "Europe/Paris",
        description="The operator's time zone, in which days begin and end.",
        json_schema_extra=accepts("a name of the IANA database, such as Europe/Paris or Indian/Reunion"),
    )
    data_dir: Folder = Field(
        Path("capcom-data"),
        description="The folder for the SQLite database and the mailbox; created when it is missing.",
        json_schema_extra=accepts("the path of a folder"),
    )
    plugins_dir: ExistingFolder = Field(
        None,
        description="A folder of notifier plugins to load in addition to the installed ones; empty: none.",
        json_schema_extra=accepts("the path of a folder that exists"),
    )
    plugins_disabled: Names = Field(
        (),
        description="Plugins that are not loaded.",
        json_schema_extra=accepts("names of plugins separated by commas"),
    )
    plugins_in_process: Names = Field(
        (),
        description="Plugins that are not bundled and run in the server's own process: faster, but one that hangs or "
        "exits affects the server, and it can read every setting.",
        json_schema_extra=accepts("names of plugins separated by commas"),
    )
    support_email: Email = Field(
        "support@capcom.example",
        description="The address to which people are sent for help, and to which the notices to staff go.",
        json_schema_extra=accepts("an e-mail address"),
    )
    notify: dict[str, dict[str, str]] = Field(
        {},
        repr=False,
        description=f"The settings of each channel, given as {NOTIFY_NAME}; channel and field in lower case.",
        json_schema_extra=accepts("what the channel's own documentation says"),
    )
