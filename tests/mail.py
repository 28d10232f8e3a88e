"""The mails of the mailbox folder, read as the person who gets them reads them."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Letter:
    """A mail as it lies in the mailbox folder."""

    to: str
    subject: str
    topic: str
    text: str
    html: str
    sent_at: datetime
    """by the product's clock"""

    @property
    def number(self) -> str:
        """The subscriber number that it shows."""
        found = re.search(r"CP( \d{4}){4}", self.text)
        assert found, f"no number in the letter {self.subject!r}"
        return found.group()

    @property
    def token(self) -> str:
        """The token of its one-time link."""
        found = re.search(r"[?&]token=([\w-]+)", self.text)
        assert found, f"no link in the letter {self.subject!r}"
        return found.group(1)


def letters_in(folder: Path) -> list[Letter]:
    """Every mail of a mailbox folder, in the order of sending."""
    return [_letter(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]


# stories ask again and again for all letters so far
@lru_cache(4096)
def _letter(octets: bytes) -> Letter:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    return Letter(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        topic=str(message["X-Capcom-Topic"]),
        text=text.get_content(),
        html="" if html is None else html.get_content(),
        sent_at=parsedate_to_datetime(str(message["Date"])),
    )
