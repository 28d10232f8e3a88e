"""The mails in the mailbox folder, read from their .eml files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import DateHeader
from email.message import EmailMessage
from email.parser import BytesParser, HeaderParser
from email.utils import parseaddr
from pathlib import Path
from typing import cast

# No slash, no leading dot: a name can only be that of a file directly in the folder.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+=%~-]{0,200}\.eml")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class StoredLetter:
    """What a list shows of one mail. `sent_at` is the mail's own Date header, None when it has no valid one."""

    name: str
    sent_at: datetime | None
    sender: str
    recipient: str
    subject: str

    @property
    def address(self) -> str:
        """The recipient's address without their name."""
        return parseaddr(self.recipient)[1]


@dataclass(frozen=True)
class Content:
    """One mail in full; a part it does not have is None."""

    letter: StoredLetter
    text: str | None
    html: str | None


def letter_names(directory: Path) -> list[str]:
    """Names of the mails, newest first: the order of names is the order of sending. No folder, no mail."""
    if not directory.is_dir():
        return []
    return sorted((file.name for file in directory.iterdir() if _NAME.fullmatch(file.name)), reverse=True)


def letters(directory: Path, *, to: str = "", before: str = "") -> Iterator[StoredLetter]:
    """Mails whose recipient contains `to` (case aside), newest first, only those sent before the one named `before`."""
    wanted = to.strip().casefold()
    for name in letter_names(directory):
        if before and name >= before:
            continue
        raw = read_raw(directory, name)
        if raw is None:
            continue
        letter = _letter(name, _headers(raw))
        if wanted in letter.recipient.casefold():
            yield letter


def read_raw(directory: Path, name: str) -> bytes | None:
    """The bytes of that mail; None when the name is not one of a mail, or the mail is gone."""
    path = directory / name
    if not _NAME.fullmatch(name) or path.is_symlink():
        return None
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None


def read_content(directory: Path, name: str) -> Content | None:
    """That mail with its text and its HTML, or None when there is no such mail."""
    raw = read_raw(directory, name)
    if raw is None:
        return None
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Content(
        letter=_letter(name, _headers(raw)),
        text=None if text is None else _decoded(cast("EmailMessage", text)),
        html=None if html is None else _decoded(cast("EmailMessage", html)),
    )


def _headers(raw: bytes) -> EmailMessage:
    # As text, because headers may be in UTF-8 (RFC 6532), which the parser of bytes takes for damage.
    return HeaderParser(policy=policy.default).parsestr(_END_OF_HEADERS.split(raw, 1)[0].decode("utf-8", "replace"))


def _letter(name: str, mail: EmailMessage) -> StoredLetter:
    date = mail["date"]
    return StoredLetter(
        name=name,
        sent_at=date.datetime if isinstance(date, DateHeader) else None,
        sender=str(mail["from"] or ""),
        recipient=str(mail["to"] or ""),
        subject=str(mail["subject"] or ""),
    )


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # the mail names a character set nobody knows
        return content.decode("utf-8", "replace")
