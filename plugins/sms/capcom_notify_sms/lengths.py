"""How many text messages a text takes on the air, and in which alphabet (3GPP TS 23.038 and 23.040).

A message has 140 octets: 160 characters of the 7-bit alphabet, of which those of its extension count two, or 70 of
UCS-2. Parts of a longer text lose a few octets to their numbering: 153 or 67 are left, and neither an escape pair
nor a surrogate pair is cut in two.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from capcom_gql.plugin import Permanent

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
_PLAINER = {
    "œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "•": "-", "→": "->",
    "\u200b": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip


class Alphabet(StrEnum):
    """What the characters of a text need."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_WHOLE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
_PART = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class Text:
    """A text with what it takes: `units` are septets in GSM-7, 16-bit units in UCS-2."""

    content: str
    alphabet: Alphabet
    units: int
    segments: int


def measured(content: str) -> Text:
    """What a text takes just as it stands."""
    is_plain = all(character in GSM_7 or character in GSM_7_EXTENSION for character in content)
    alphabet = Alphabet.GSM_7 if is_plain else Alphabet.UCS_2
    widths = [_width(character, alphabet) for character in content]
    segments = 1 if sum(widths) <= _WHOLE[alphabet] else _parts(widths, _PART[alphabet])
    return Text(content, alphabet, sum(widths), segments)


def fitted(content: str, most: int) -> Text:
    """The text as it is to be sent, in at most `most` messages.

    Characters outside GSM-7 are written plainer (ê as e, ’ as '), those that have a plainer form, only where that
    takes fewer messages; nothing that can be seen is dropped, nothing is cut. Raises Permanent with the count for
    what is empty or too long.
    """
    content = content.replace("\r\n", "\n").strip()
    if not content:
        raise Permanent("the text is empty")
    text = measured(content)
    if text.alphabet is Alphabet.UCS_2:
        plainer = measured("".join(map(_plainer, content)))
        if plainer.segments < text.segments:
            text = plainer
    if text.segments > most:
        raise Permanent(
            f"the text takes {text.segments} messages ({text.units} characters in {text.alphabet}) and"
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
