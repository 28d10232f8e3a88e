"""Build the mail of a letter: RFC 5322 and MIME, in ASCII except for addresses that are not ASCII."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import quote

from capcom_gql.plugin import Message, Permanent
from capcom_notify_email.addresses import MailAddress
from capcom_notify_email.headers import MAX_LINE, mailbox_field, text_field, token_field

MAX_ID = 128
"""The most characters of a letter's id in Message-ID; a longer one is hashed."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>,]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mail:
    """The envelope of a mail and its content, with CRLF line ends."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether the recipient's address is not ASCII, so that the server must support SMTPUTF8 (RFC 6531)."""
        return not self.recipient.isascii()


def build_mail(message: Message, sender: MailAddress, reply_to: MailAddress | None) -> Mail:
    """The mail of a letter: the same bytes on every attempt. Raises Permanent for a letter that no mail can hold."""
    try:
        head = _head(message, sender, reply_to)
    except ValueError as error:
        raise Permanent(str(error)) from None
    plain = _part("plain", message.text)
    if message.html is None:
        return Mail(sender.address, message.address, head + plain + b"\r\n")
    # no line of an encoded part can begin so, and the author of a text does not know the letter's id
    boundary = "=_" + hashlib.sha256(message.id.encode()).hexdigest()[:40]
    content = token_field("Content-Type", f'multipart/alternative; boundary="{boundary}"') + b"\r\n"
    for part in (plain, _part("html", message.html)):
        content += f"--{boundary}\r\n".encode() + part + b"\r\n"
    return Mail(sender.address, message.address, head + content + f"--{boundary}--\r\n".encode())


def message_id(message: Message, sender: MailAddress) -> str:
    """The Message-ID, from the letter's id and the sender's domain: the same on every attempt."""
    name = quote(message.id, safe="")
    if len(name) > MAX_ID:
        name = hashlib.sha256(message.id.encode()).hexdigest()
    return f"<{name}@{sender.address.rpartition('@')[2]}>"


def _head(message: Message, sender: MailAddress, reply_to: MailAddress | None) -> bytes:
    fields = [
        token_field("Date", format_datetime(message.sent_at)),
        mailbox_field("From", sender),
        mailbox_field("To", MailAddress(message.address)),
        b"" if reply_to is None else mailbox_field("Reply-To", reply_to),
        text_field("Subject", message.subject),
        token_field("Message-ID", message_id(message, sender)),
        # so that no absence notice is sent in reply (RFC 3834)
        token_field("Auto-Submitted", "auto-generated"),
        b"" if message.unsubscribe_url is None else _refusal(message.unsubscribe_url),
        token_field("X-Capcom-Topic", quote(message.topic)),
        token_field("Content-Language", quote(message.locale)),
        token_field("MIME-Version", "1.0"),
    ]
    return b"".join(fields)


def _refusal(address: str) -> bytes:
    """The headers by which a mail program offers to unsubscribe with one click (RFC 2369, RFC 8058)."""
    if not _WEB_ADDRESS.fullmatch(address):
        raise ValueError("the address to unsubscribe is not a URL")
    return token_field("List-Unsubscribe", f"<{address}>") + token_field(
        "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    )


def _part(kind: str, text: str) -> bytes:
    octets = _LINE_END.sub("\r\n", text).encode("utf-8", "replace")
    encoding, body = _encoded(octets)
    return (
        token_field("Content-Type", f"text/{kind}; charset=utf-8")
        + token_field("Content-Transfer-Encoding", encoding)
        + b"\r\n"
        + body
    )


def _encoded(octets: bytes) -> tuple[str, bytes]:
    """The transfer encoding and the encoded content: 7bit if every server passes it on unchanged, else the shorter of
    quoted-printable and base64."""
    if octets.isascii() and b"\0" not in octets and all(len(line) <= MAX_LINE for line in octets.split(b"\r\n")):
        return "7bit", octets
    quoted = re.sub(rb"(?<!\r)\n", b"\r\n", binascii.b2a_qp(octets))
    based = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    return ("quoted-printable", quoted) if len(quoted) <= len(based) else ("base64", based)
