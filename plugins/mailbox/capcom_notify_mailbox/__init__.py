"""The mailbox channel: writes each letter as a standard .eml file instead of sending it. For development.

The folder is `mailbox/` in `CAPCOM_DATA_DIR`. The names of the files are in the order of sending, and every file is
complete.
"""

import os
import tempfile
import threading
from base64 import b64encode
from datetime import UTC, datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, field_validator

from capcom_gql.plugin import AddressInvalid, Health, Host, Message, Notifier, Sent, hookimpl

MAX_LINE = 990
"""The most bytes of a line of text that is not encoded; RFC 5322 allows 998."""
MAX_PLAIN_SUBJECT = 66
"""The most ASCII characters of a subject that is not encoded, so that it fits in one line."""
ENCODED_WORD_BYTES = 39
"""Bytes of text in one encoded word, so that its line fits in the 76 characters of RFC 2047."""


class MailboxConfig(BaseModel):
    """The settings of the mailbox; none is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sender: str = ""
    """The address of the sender; empty: the support address."""

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if value:
            _split(value)
        return value


class Mailbox(Notifier):
    """Writes mails to files instead of sending them."""

    name = "mailbox"
    address_kind = "email"
    formats = ("text", "html")
    development_only = True
    Config: ClassVar[type[BaseModel]] = MailboxConfig

    config: MailboxConfig

    def __init__(self, config: BaseModel, host: Host) -> None:
        super().__init__(config, host)
        self._folder = host.data_dir
        self._sender = self.config.sender or host.support_email
        self._naming = threading.Lock()
        self._last_stamp: int | None = None

    def validate_address(self, raw: str) -> str:
        """The address without spaces around it. Raises AddressInvalid."""
        address = super().validate_address(raw)
        try:
            _split(address)
        except ValueError as error:
            raise AddressInvalid(str(error)) from None
        return address

    def send(self, message: Message) -> Sent:
        """Write a letter to a file, unless an earlier attempt has written it. Raises OSError."""
        # `parents` would create the folder above with the default mode, readable by others
        for folder in (self._folder.parent, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = self._written_before(message) if message.attempt > 1 else None
        return Sent(provider_id=(written or self._write(message)).name)

    def check(self) -> Health:
        """Whether the folder can be written to."""
        try:
            # the folder is created for the first letter, not by a check
            existing = next(each for each in (self._folder, *self._folder.parents) if each.exists())
            with tempfile.TemporaryFile(dir=existing):
                return Health(ok=True, detail=f"mails are written to {self._folder}")
        except OSError as error:
            return Health(ok=False, detail=f"{self._folder} cannot be written to: {error.strerror or error}")

    def _written_before(self, message: Message) -> Path | None:
        return next(self._folder.glob(f"*Z-{_safe(message.id)}.eml"), None)

    def _write(self, message: Message) -> Path:
        mail = _mail(message, self._sender).as_bytes()
        handle, partial = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(mail)
                file.flush()
                written_at = os.fstat(handle).st_mtime_ns
            with self._naming:
                target = self._folder / f"{self._stamp(written_at)}-{_safe(message.id)}.eml"
                Path(partial).replace(target)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        return target

    def _stamp(self, written_at: int) -> str:
        """The time stamp of a file's name, from its modification time by the real clock (the mail's own date is by the
        product's clock). Time stamps always increase, though the clock is coarse and may be set back.
        """
        if self._last_stamp is None:
            self._last_stamp = max((_read_stamp(path.name) for path in self._folder.glob("*.eml")), default=0)
        self._last_stamp = max(written_at, self._last_stamp + 1)
        seconds, nanoseconds = divmod(self._last_stamp, 1_000_000_000)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%S}.{nanoseconds:09d}Z"


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    """The channels of this plugin."""
    return [Mailbox]


class _VerbatimHeader(BaseHeader):
    """A header on one line, with exactly its value.

    The standard library encodes long URLs, which then cannot be opened, and decodes what looks like an encoded word: a
    name could so contain a line break and begin another header.
    """

    max_count: ClassVar[Literal[1]] = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(_VerbatimHeader):
    """A subject, encoded if needed. The standard library puts spaces into long accented ones."""

    def fold(self, *, policy: Policy) -> str:
        is_plain = self.isascii() and self.isprintable() and "=?" not in self and len(self) <= MAX_PLAIN_SUBJECT
        words = [str(self)] if is_plain else [_encoded_word(piece) for piece in _pieces(self)]
        return f"Subject: {f'{policy.linesep} '.join(words)}{policy.linesep}"


def _pieces(text: str) -> list[bytes]:
    """The text in pieces of at most ENCODED_WORD_BYTES bytes, without splitting characters."""
    pieces = [b""]
    for character in text:
        octets = character.encode()
        if len(pieces[-1] + octets) > ENCODED_WORD_BYTES:
            pieces.append(b"")
        pieces[-1] += octets
    return pieces


def _encoded_word(octets: bytes) -> str:
    return f"=?utf-8?b?{b64encode(octets).decode()}?="


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_HEADERS.map_to_type("list-unsubscribe", _VerbatimHeader)


def _mail(message: Message, sender: str) -> EmailMessage:
    # only an address that is not ASCII needs headers in UTF-8 (RFC 6532)
    is_utf8 = not (message.address + sender).isascii()
    mail = EmailMessage(policy=SMTP.clone(utf8=is_utf8, header_factory=_HEADERS))
    user, domain = _split(sender)
    mail["Date"] = message.sent_at
    mail["From"] = Address("Cap'Com Plus", user, domain)
    mail["To"] = Address("", *_split(message.address))
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{_safe(message.id)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Capcom-Topic"] = message.topic
    if message.unsubscribe_url is not None:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text, cte=_encoding(message.text))
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
    # set after the parts, since a Content- header that is set before moves to the first part
    mail["Content-Language"] = message.locale
    return mail


def _encoding(text: str) -> str:
    longest = max((len(line.encode()) for line in text.splitlines()), default=0)
    return "8bit" if longest <= MAX_LINE else "quoted-printable"


def _split(address: str) -> tuple[str, str]:
    user, _, domain = address.rpartition("@")
    # "=?" begins an encoded word, which the library would decode
    is_odd = "=?" in address or any(c.isspace() or not c.isprintable() or c in '<>,;:"()' for c in address)
    if not user or not domain or is_odd:
        raise ValueError("this is not an e-mail address: write it as name@domain")
    return user, domain


def _safe(identifier: str) -> str:
    return quote(identifier, safe="")


def _read_stamp(name: str) -> int:
    """The instant in a file's name, in nanoseconds since 1970; 0 for a file that the channel did not write."""
    try:
        moment, rest = name.split(".", 1)
        seconds = datetime.strptime(moment + "+0000", "%Y%m%dT%H%M%S%z").timestamp()
        return int(seconds) * 1_000_000_000 + int(rest.split("Z", 1)[0])
    except ValueError:
        return 0
