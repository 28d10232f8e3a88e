"""Give a letter's body its two forms: wrapped plain text, and paragraphs of HTML.

A body is written once, as plain paragraphs parted by blank lines. Where a number, a heading or a link
stands, a piece of `templates/pieces.<form>.jinja` sets it: indented by four spaces in text, an element in HTML.
What somebody wrote is quoted line by line, after "> " in text.
"""

import re
import textwrap
import unicodedata

WIDTH = 72
"""Columns of plain text: quoted twice it still fits in 80."""
_INDENT = " " * 4
_QUOTED = "> "
_ELEMENT = re.compile(r"<(p|h2|ul|ol|table|div|hr|blockquote)\b")

GSM_7 = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of which a text message holds 160 (3GPP TS 23.038); with any other it holds 70."""
_PLAINER = {"œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-"}


def as_text(body: str) -> str:
    """Paragraphs wrapped at WIDTH; indented ones (numbers, addresses) are kept whole, whatever their length."""
    wrapped = []
    for paragraph in _paragraphs(body):
        if paragraph.startswith(_INDENT):
            wrapped.append(paragraph.rstrip())
        elif paragraph.startswith(_QUOTED):
            wrapped += ["\n".join(_fill(line.removeprefix(_QUOTED), _QUOTED) for line in paragraph.split("\n"))]
        else:
            wrapped.append(_fill(" ".join(paragraph.split(" ")), ""))
    return "\n\n".join(wrapped) + "\n"


def as_html(body: str) -> str:
    """Paragraphs as <p>, in a body whose variables are escaped already; elements stay as they are."""
    return "\n".join(
        paragraph if _ELEMENT.match(paragraph) else f"<p>{paragraph}</p>" for paragraph in _paragraphs(body)
    )


def as_short(body: str) -> str:
    """One line for a text message: characters outside GSM_7 in their plainer form (ê as e), if they have one."""
    return "".join(character if character in GSM_7 else _plainer(character) for character in one_line(body))


def one_line(text: str) -> str:
    """Text without line breaks or other control characters, which mail headers must not hold."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip(" ")


def lines(text: str) -> list[str]:
    """The lines of what somebody wrote, each as `one_line` has it, without the empty ones."""
    return [line for line in map(one_line, text.splitlines()) if line]


def _fill(line: str, before: str) -> str:
    return textwrap.fill(
        line, WIDTH, initial_indent=before, subsequent_indent=before, break_long_words=False, break_on_hyphens=False
    )


def _plainer(character: str) -> str:
    plain = _PLAINER.get(character) or unicodedata.normalize("NFKD", character)
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return plain if GSM_7.issuperset(plain) else character


def _paragraphs(body: str) -> list[str]:
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", body))
    return [part.rstrip() for part in parts if part.strip()]
