"""What a channel is, as its author sees it. Import these names from `capcom_gql.plugin`.

A channel is a subclass of `Notifier`. The host builds one instance when the channel's settings are complete,
and calls `send` once per attempt. Whatever a channel raises or answers concerns that one delivery only:

| a channel does                                              | what becomes of the delivery               |
|-------------------------------------------------------------|--------------------------------------------|
| returns `Sent`                                              | sent                                       |
| raises `Transient`, or any TimeoutError, ConnectionError, OSError | tried again, `retry_after` honoured  |
| raises `Permanent`, `AddressInvalid`, `AddressGone`         | failed, with the reason shown              |
| raises `NotConfigured`                                      | held until the settings are mended         |
| raises or returns anything else, exits, outlasts its deadline | counted as a crash; the third one fails it |

A channel that outlasts its deadline three times in a row is left alone for a while, whoever the messages were for: what
waits for somebody else's answer gives up by `Message.timeout`, a little before the deadline, with a `Transient`.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

API_VERSION = 1


class NoSettings(BaseModel):
    """The settings of a channel that needs none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the installation tells every channel."""

    data_dir: Path
    """A folder for this channel alone, `<CAPCOM_DATA_DIR>/<name>`; a channel that needs it makes it."""
    support_email: str
    """Where recipients may write for help."""
    production: bool = False
    """Whether people depend on it (`CAPCOM_ENV=production`): a channel then refuses settings meant for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One finished letter for one recipient, on one channel."""

    id: str
    """Stable over retries: the idempotency key, and what a mail's Message-ID is made of."""
    topic: str
    """The kind of letter, for example `welcome`."""
    address: str
    """Where it goes: of the channel's `address_kind`, already through its `validate_address`."""
    locale: str
    """The language of the texts: `fr` or `en`."""
    subject: str
    """One line."""
    text: str
    """The letter as plain text."""
    sent_at: datetime
    """The instant to date the letter with, aware, by the product's clock (which tests and demos move)."""
    html: str | None = None
    """The same letter as an HTML document; None for channels without "html" among their formats."""
    payload: Mapping[str, object] | None = None
    """What happened, as JSON values, for channels with "json" among their formats."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """The secrets to sign with, newest first, of the endpoint it goes to (`whsec_` and base64); none for letters."""
    unsubscribe_url: str | None = None
    """Where one POST ends letters of this kind (RFC 8058); given where a letter can be refused."""
    attempt: int = 1
    """1 on the first call, 2 on the next; a crash of the machine may repeat a number's work."""
    timeout: float = 10.0
    """Seconds this attempt may last; the host waits a little longer, and then gives up."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel has handed the message over."""

    provider_id: str | None = None
    """What the provider calls it, for whoever searches its logs."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a channel could send now, and in one sentence why not."""

    ok: bool
    detail: str = ""


class Transient(Exception):
    """Not now: try again later. `retry_after` is in seconds, when the provider said how long to wait."""

    retry_after: float | None = None

    def __init__(self, reason: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Permanent(Exception):
    """Not this message, however often it is tried."""


class AddressInvalid(Permanent):
    """The address is not one this channel can deliver to."""


class AddressGone(Permanent):
    """The address was good once and is closed for good."""


class NotConfigured(Exception):
    """The channel cannot work with its present settings; the message waits until they are mended."""


class Notifier:
    """A channel. Set the class variables, write `send`; the rest is optional."""

    name: ClassVar[str]
    """A slug such as `matrix`: lower-case letters, digits and single `_`, 40 at most. Unique in an installation."""
    api_version: ClassVar[int] = API_VERSION
    """The version of this contract the channel was written for."""
    address_kind: ClassVar[str]
    """`email`, `phone`, `url`, or a slug of its own, of 40 characters at most, that people add an address for to their
    profile."""
    formats: ClassVar[tuple[str, ...]] = ("text",)
    """Which of `text`, `html`, `json` the channel makes use of."""
    development_only: ClassVar[bool] = False
    """True: the channel is off in production."""
    Config: ClassVar[type[BaseModel]] = NoSettings
    """The channel's settings, read from `CAPCOM_NOTIFY__<NAME>__<FIELD>`. Unknown fields are refused.
    Secrets are `SecretStr`. Its JSON Schema is shown by the API."""

    config: BaseModel
    host: Host

    def __init__(self, config: BaseModel, host: Host) -> None:
        """Called once the settings are valid; opens nothing that `close` does not close."""
        self.config = config
        self.host = host

    def validate_address(self, raw: str) -> str:
        """The address in the form `send` wants. Raises AddressInvalid with a sentence for the reader."""
        address = raw.strip()
        if not address:
            raise AddressInvalid("the address is empty")
        return address

    def send(self, message: Message) -> Sent | Awaitable[Sent]:
        """Hand one message over. May be `async def`; a plain one runs in a thread, several at once."""
        raise NotImplementedError

    def check(self) -> Health:
        """Whether credentials and the other end are good; sends nothing."""
        return Health(ok=True, detail="this channel has nothing to check")

    def close(self) -> None:
        """Let go of what `__init__` and `send` opened. Called once, at the end."""
