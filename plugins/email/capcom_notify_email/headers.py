"""Header fields, folded as in RFC 5322 and encoded as in RFC 2047; each function returns one field with its line ends.

The standard library is not used, since it puts spaces into long accented subjects and encodes long URLs, which then
cannot be opened. Each function raises ValueError for a value that would begin another field.
"""

import base64
import re
from collections.abc import Iterable, Sequence

from capcom_notify_email.addresses import MailAddress, has_control

WIDTH = 78
"""Characters of a line, except for a longer word (RFC 5322)."""
WIDTH_ENCODED = 76
"""Characters of a line with an encoded word (RFC 2047)."""
MAX_ENCODED_WORD = 75
"""The most characters of an encoded word (RFC 2047)."""
MAX_LINE = 998
"""The most bytes of a line (RFC 5322)."""
MAX_NAME = 60
"""The most characters of a display name that is not encoded."""

_PLAIN = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+( [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/ ")


def token_field(name: str, value: str) -> bytes:
    """A field for programs, on one line: an address, an identifier, a date.

    Raises ValueError for a value that does not fit on one line (RFC 5322).
    """
    _check(name, value)
    line = f"{name}: {value}".encode()
    if len(line) > MAX_LINE:
        raise ValueError(f"the {name} is too long for a mail")
    return line + b"\r\n"


def text_field(name: str, text: str) -> bytes:
    """A field for people, such as the subject; folded and encoded if needed."""
    _check(name, text)
    plain = _PLAIN.fullmatch(text) and "=?" not in text and max(map(len, text.split(" "))) < WIDTH
    return _folded(name, text.split(" ") if plain else _encoded(text, _room(name)))


def mailbox_field(name: str, mailbox: MailAddress) -> bytes:
    """A field with an address and its display name, if it has one."""
    if not mailbox.name:
        return token_field(name, mailbox.address)
    _check(name, mailbox.name + mailbox.address)
    return _folded(name, [*_phrase(mailbox.name, _room(name)), f"<{mailbox.address}>"])


def _check(name: str, value: str) -> None:
    if has_control(value):
        raise ValueError(f"the {name} holds a line break or another control character")


def _room(name: str) -> int:
    return min(MAX_ENCODED_WORD, WIDTH_ENCODED - len(f"{name}: "))


def _folded(name: str, words: Iterable[str]) -> bytes:
    lines, line = [], f"{name}:"
    for word in words:
        width = WIDTH_ENCODED if word.startswith("=?") else WIDTH
        if len(line) + 1 + len(word) > width and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line, ""]).encode()


def _phrase(name: str, room: int) -> Sequence[str]:
    if len(name) > MAX_NAME or not _PLAIN.fullmatch(name) or "=?" in name:
        return _encoded(name, room)
    if _ATOMS.fullmatch(name):
        return [name]
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded(text: str, first: int) -> list[str]:
    """The text as encoded words, without splitting characters; `first` is the room for the first word."""
    text = text.encode("utf-8", "replace").decode()
    whole = text.encode()
    is_quoted = sum(1 if octet in _KEPT else 3 for octet in whole) <= 4 * len(whole) / 3
    words: list[str] = []
    piece = b""
    for character in text:
        longer = piece + character.encode()
        if len(_word(longer, is_quoted)) > (MAX_ENCODED_WORD if words else first):
            words.append(_word(piece, is_quoted))
            longer = character.encode()
        piece = longer
    return [*words, _word(piece, is_quoted)] if piece else words


def _word(octets: bytes, is_quoted: bool) -> str:
    if not is_quoted:
        return f"=?utf-8?b?{base64.b64encode(octets).decode()}?="
    coded = "".join(chr(octet) if octet in _KEPT else f"={octet:02X}" for octet in octets)
    return f"=?utf-8?q?{coded.replace(' ', '_')}?="
