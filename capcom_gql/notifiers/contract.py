"""The contract between the host and a channel. Plugin authors import these names from `capcom_gql.plugin`.

A channel is a subclass of `Notifier`. The host builds one instance when the channel's settings are complete, and calls
`send` once per attempt. What a channel raises or returns affects that one delivery only:

| the channel                                                 | the delivery                               |
|-------------------------------------------------------------|--------------------------------------------|
| returns `Sent`                                              | sent                                       |
| raises `Transient`, or any TimeoutError, ConnectionError, OSError | tried again, `retry_after` honoured  |
| raises `Permanent`, `AddressInvalid`, `AddressGone`         | failed, with the reason shown              |
| raises `NotConfigured`                                      | held until the settings are corrected      |
| raises or returns anything else, exits, misses its deadline | counted as a crash; the third one fails it |

A channel that misses its deadline three times in a row is paused for a while, whatever the messages were. So a channel
that waits for another program gives up by itself within `Message.timeout`, which ends a little before the deadline, and
raises `Transient`.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

API_VERSION = 1
"""The version of this contract. It grows only with a change that breaks existing channels."""


class NoSettings(BaseModel):
    """The settings of a channel that needs none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a channel knows of the installation in which it runs."""

    data_dir: Path
    """A folder for this channel alone, `<CAPCOM_DATA_DIR>/<name>`. The channel creates it if it needs it."""
    support_email: str
    """The address to which recipients may write for help (`CAPCOM_SUPPORT_EMAIL`)."""
    production: bool = False
    """Whether `CAPCOM_ENV` is `production`: a channel then refuses settings that are meant for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One finished letter for one recipient, or one event for one webhook endpoint, to be sent by one channel."""

    id: str
    """The id of the delivery, the same on every attempt: use it as the idempotency key, or for a mail's Message-ID."""
    topic: str
    """The kind of letter, such as `welcome`; for an endpoint, the kind of event, such as `seat.added`."""
    address: str
    """Where it goes: an address of the channel's `address_kind`, as the channel's `validate_address` returned it."""
    locale: str
    """The language of the texts, as a language code: `fr` or `en`."""
    subject: str
    """The subject: one line, without control characters."""
    text: str
    """The letter as plain text."""
    sent_at: datetime
    """The date of the letter: an aware datetime by the product's clock, which tests and demos move."""
    html: str | None = None
    """The same letter as an HTML document; None if it has none, or if `formats` of the channel does not name "html"."""
    payload: Mapping[str, object] | None = None
    """The event as JSON values; None for letters, or if `formats` of the channel does not name "json"."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """The secrets with which to sign for the endpoint (`whsec_` and base64), newest first; empty for letters."""
    unsubscribe_url: str | None = None
    """The URL at which one POST ends letters of this kind (RFC 8058); None if the letter cannot be refused."""
    attempt: int = 1
    """The number of the attempt, from 1. After a crash of the host the same work may be done under the next number."""
    timeout: float = 10.0
    """Seconds that this attempt may last. The host waits a little longer before it counts a missed deadline."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of a send that succeeded: the provider has accepted the message."""

    provider_id: str | None = None
    """The provider's own id of the message, for searches in its logs; kept with the delivery. None if it gave none."""


@dataclass(frozen=True, slots=True)
class Health:
    """The result of a check: whether the channel could send now, and one sentence that says what was found."""

    ok: bool
    detail: str = ""


class Transient(Exception):
    """The message cannot be sent now; another attempt may succeed.

    `reason` is a sentence for the operator, without secrets. `retry_after` is the least wait in seconds, if the
    provider asked for one: the next attempt comes then, or later if the retry schedule says so.
    """

    retry_after: float | None = None

    def __init__(self, reason: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Permanent(Exception):
    """This message can never be sent: the delivery fails at once. The text says why, without secrets."""


class AddressInvalid(Permanent):
    """The channel cannot deliver to this address: it is malformed, unknown or not allowed. The text says which.

    A webhook endpoint of which a send raises this, or AddressGone, is disabled at once.
    """


class AddressGone(Permanent):
    """The address existed and is closed for good. The text says why, without secrets.

    A webhook endpoint of which a send raises this is disabled at once.
    """


class NotConfigured(Exception):
    """The channel cannot work with its present settings. The text says what to correct, without secrets.

    Raised by `send`, the message is held until they are corrected; by `__init__`, the channel is not started.
    """


class Notifier:
    """A channel. Set the class variables and write `send`; everything else is optional."""

    name: ClassVar[str]
    """The channel's name, unique in an installation: a slug such as `matrix`, of lower-case letters, digits and single
    `_`, beginning with a letter, at most 40 characters."""
    api_version: ClassVar[int] = API_VERSION
    """The version of this contract for which the channel was written."""
    address_kind: ClassVar[str]
    """The kind of address to which it delivers: `email`, `phone`, `url` (webhook endpoints), or a slug of its own, for
    which people add an address to their profile."""
    formats: ClassVar[tuple[str, ...]] = ("text",)
    """Which of `text`, `html` and `json` the channel uses; the others are None in its messages."""
    development_only: ClassVar[bool] = False
    """Whether the channel is disabled in production."""
    Config: ClassVar[type[BaseModel]] = NoSettings
    """The model of the channel's settings, which are read from `CAPCOM_NOTIFY__<NAME>__<FIELD>`. Unknown fields are
    refused. Secrets are `SecretStr`. The API shows the model's JSON Schema."""

    config: BaseModel
    host: Host

    def __init__(self, config: BaseModel, host: Host) -> None:
        """Called by the host with valid settings. Open here only what `close` closes. May raise NotConfigured."""
        self.config = config
        self.host = host

    def validate_address(self, raw: str) -> str:
        """The address in the form that `send` expects. Raises AddressInvalid with a sentence for the address's owner.

        Called when people enter an address of the channel's kind, and before each send.
        """
        address = raw.strip()
        if not address:
            raise AddressInvalid("the address is empty")
        return address

    def send(self, message: Message) -> Sent | Awaitable[Sent]:
        """Send one message: one attempt. Returns Sent; raises as the table at the top of this module says.

        May be `async def`; a plain function runs in a thread. Several sends of one instance may run at a time.
        """
        raise NotImplementedError

    def check(self) -> Health:
        """Check credentials and the connection to the provider, without sending anything. Runs in a thread."""
        return Health(ok=True, detail="this channel has nothing to check")

    def close(self) -> None:
        """Release what `__init__` and `send` opened. Called once, from a thread, when the host ends."""
