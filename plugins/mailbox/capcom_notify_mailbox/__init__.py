"""The mailbox channel: each letter becomes a standard .eml file in a folder. For development.

Nothing leaves the machine. The folder is `mailbox/` in `CAPCOM_DATA_DIR`; the order of the files' names is
the order of sending, and a file that is there is whole.
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

LONGEST_LINE = 990
"""Octets. RFC 5322 allows 998 in a line; past it the text is encoded, else it stays readable as it is."""

LONGEST_PLAIN_SUBJECT = 66
"""Characters of ASCII; a longer subject is encoded, since it takes several lines."""
OCTETS_OF_AN_ENCODED_WORD = 39
"""Its line, with the name of the header, stays within the 76 characters of RFC 2047."""


class MailboxConfig(BaseModel):
    """The settings of the mailbox; none is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sender: str = ""
    """The address letters come from; empty: the support address."""

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
        address = super().validate_address(raw)
        try:
            _split(address)
        except ValueError as error:
            raise AddressInvalid(str(error)) from None
        return address

    def send(self, message: Message) -> Sent:
        # `parents` would make the one above with the mode of any folder, open to others
        for folder in (self._folder.parent, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = self._written_before(message) if message.attempt > 1 else None
        return Sent(provider_id=(written or self._write(message)).name)

    def check(self) -> Health:
        try:
            # asking makes no folder: it is made for the first letter
            there = next(each for each in (self._folder, *self._folder.parents) if each.exists())
            with tempfile.TemporaryFile(dir=there):
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
        """When the file was written, by the real clock: the date in the mail may be moved back in a demo.

        The clock of files is coarse, and may be set back: a stamp is never lower than one before it.
        """
        if self._last_stamp is None:
            self._last_stamp = max((_read_stamp(path.name) for path in self._folder.glob("*.eml")), default=0)
        self._last_stamp = max(written_at, self._last_stamp + 1)
        seconds, nanoseconds = divmod(self._last_stamp, 1_000_000_000)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%S}.{nanoseconds:09d}Z"


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    return [Mailbox]


class _AsTold(BaseHeader):
    """A header on one line, with the value it is given.

    The library's own encodes long addresses of the web, which nobody can open then, and takes what looks like an
    encoded word for one: a name could hold a line break in it, and begin another header.
    """

    max_count: ClassVar[Literal[1]] = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(_AsTold):
    """A subject, encoded where it must be. The library's own puts spaces into long accented ones."""

    def fold(self, *, policy: Policy) -> str:
        is_plain = self.isascii() and self.isprintable() and "=?" not in self and len(self) <= LONGEST_PLAIN_SUBJECT
        words = [str(self)] if is_plain else [_encoded_word(piece) for piece in _pieces(self)]
        return f"Subject: {f'{policy.linesep} '.join(words)}{policy.linesep}"


def _pieces(text: str) -> list[bytes]:
    """The text in whole characters, as many octets at a time as an encoded word of one line holds."""
    pieces = [b""]
    for character in text:
        octets = character.encode()
        if len(pieces[-1] + octets) > OCTETS_OF_AN_ENCODED_WORD:
            pieces.append(b"")
        pieces[-1] += octets
    return pieces


def _encoded_word(octets: bytes) -> str:
    return f"=?utf-8?b?{b64encode(octets).decode()}?="


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_HEADERS.map_to_type("list-unsubscribe", _AsTold)


def _mail(message: Message, sender: str) -> EmailMessage:
    # Only an address that is not ASCII needs headers in UTF-8 (RFC 6532).
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
    # After the parts: headers in Content- that are there before go to the first part.
    mail["Content-Language"] = message.locale
    return mail


def _encoding(text: str) -> str:
    longest = max((len(line.encode()) for line in text.splitlines()), default=0)
    return "8bit" if longest <= LONGEST_LINE else "quoted-printable"


def _split(address: str) -> tuple[str, str]:
    user, _, domain = address.rpartition("@")
    # "=?" begins an encoded word, which the library would decode, whatever it holds
    is_odd = "=?" in address or any(c.isspace() or not c.isprintable() or c in '<>,;:"()' for c in address)
    if not user or not domain or is_odd:
        raise ValueError("this is not an e-mail address: write it as name@domain")
    return user, domain


def _safe(identifier: str) -> str:
    return quote(identifier, safe="")


def _read_stamp(name: str) -> int:
    """The instant in a file's name, in nanoseconds; 0 for a file that somebody else put here."""
    try:
        moment, rest = name.split(".", 1)
        seconds = datetime.strptime(moment + "+0000", "%Y%m%dT%H%M%S%z").timestamp()
        return int(seconds) * 1_000_000_000 + int(rest.split("Z", 1)[0])
    except ValueError:
        return 0
