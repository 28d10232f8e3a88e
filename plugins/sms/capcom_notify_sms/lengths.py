"""How many text messages a text needs, and in which alphabet (3GPP TS 23.038 and 23.040).

A message has 140 bytes: 160 characters of the 7-bit alphabet, of which those of its extension count two, or 70 of
UCS-2. In a longer text each part loses some bytes to its header: 153 or 67 characters are left, and neither an escape
pair nor a surrogate pair is split.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from capcom_gql.plugin import Permanent

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The 7-bit alphabet of text messages."""
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""The extension of the 7-bit alphabet, whose characters count two."""
_PLAINER = {
    "œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "•": "-", "→": "->",
    "\u200b": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip


class Alphabet(StrEnum):
    """The alphabet in which a text is encoded."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_WHOLE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
_PART = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its length."""

    content: str
    alphabet: Alphabet
    units: int
    """septets in GSM-7, 16-bit units in UCS-2"""
    segments: int
    """the number of messages that it needs"""


def measure(content: str) -> Text:
    """The length of an unchanged text."""
    is_plain = all(character in GSM_7 or character in GSM_7_EXTENSION for character in content)
    alphabet = Alphabet.GSM_7 if is_plain else Alphabet.UCS_2
    widths = [_width(character, alphabet) for character in content]
    segments = 1 if sum(widths) <= _WHOLE[alphabet] else _parts(widths, _PART[alphabet])
    return Text(content, alphabet, sum(widths), segments)


def fit(content: str, most: int) -> Text:
    """The text to be sent, in at most `most` messages.

    Characters outside GSM-7 are replaced by similar ones (ê by e, ’ by '), but only if the text then needs fewer
    messages. Nothing visible is removed, and nothing is cut. Raises Permanent if the text is empty or too long.
    """
    content = content.replace("\r\n", "\n").strip()
    if not content:
        raise Permanent("the text is empty")
    text = measure(content)
    if text.alphabet is Alphabet.UCS_2:
        plainer = measure("".join(map(_plainer, content)))
        if plainer.segments < text.segments:
            text = plainer
    if text.segments > most:
        raise Permanent(
            f"the text needs {text.segments} messages ({text.units} characters in {text.alphabet}) and"
            f" CAPCOM_NOTIFY__SMS__MAX_SEGMENTS allows {most}: shorten its template or allow more"
        )
    return text


def _width(character: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM_7:
        return 2 if character in GSM_7_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _parts(widths: list[int], size: int) -> int:
    parts, used = 1, 0
    for width in widths:
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts


def _plainer(character: str) -> str:
    if character in GSM_7 or character in GSM_7_EXTENSION:
        return character
    plain = _PLAINER.get(character)
    if plain is not None:
        return plain
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return plain if plain and GSM_7.issuperset(plain) else character
