"""Convert a letter's body to wrapped plain text, to HTML, and to one line for a text message.

A template writes a body once, as paragraphs separated by blank lines. Numbers, facts, headings and links are set by the
macros of `templates/pieces.<form>.jinja`: indented by four spaces in text, an element in HTML. What people wrote is
quoted line by line, after "> " in text.
"""

import re
import textwrap
import unicodedata

WIDTH = 72
"""Columns of a line of plain text, so that it still fits in 80 when it has been quoted twice."""
_INDENT = " " * 4
_QUOTED = "> "
_ELEMENT = re.compile(r"<(p|h2|ul|ol|table|div|hr|blockquote)\b")
_PARAGRAPH = '<p style="margin:0 0 16px">'

PREHEADER = 140
"""The most characters of the preheader: the beginning of the letter that mail programs list beside its subject."""

GSM_7 = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic character set of text messages (3GPP TS 23.038, without the extension table): a message holds 160 of these
characters, but only 70 with any other in it."""
_PLAINER = {"œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-"}


def as_text(body: str) -> str:
    """The body as plain text, wrapped at WIDTH columns. Indented paragraphs (numbers, addresses, facts) and quotations
    keep their lines."""
    wrapped = []
    for paragraph in _paragraphs(body):
        if paragraph.startswith(_INDENT):
            wrapped.append("\n".join(_fill(line.strip(" "), _INDENT, _INDENT * 2) for line in paragraph.split("\n")))
        elif paragraph.startswith(_QUOTED):
            wrapped += [
                "\n".join(_fill(line.removeprefix(_QUOTED), _QUOTED, _QUOTED) for line in paragraph.split("\n"))
            ]
        else:
            wrapped.append(_fill(" ".join(paragraph.split(" ")), "", ""))
    return plain_spaces("\n\n".join(wrapped) + "\n")


def plain_spaces(text: str) -> str:
    """The text with ordinary spaces for no-break spaces, which wrapped text does not need, and which hinder search."""
    return text.replace("\u00a0", " ")


def as_html(body: str) -> str:
    """The body as HTML: paragraphs become <p>, elements stay. Variables must have been escaped already."""
    return "\n".join(
        paragraph if _ELEMENT.match(paragraph) else f"{_PARAGRAPH}{paragraph}</p>" for paragraph in _paragraphs(body)
    )


def opening(text: str) -> str:
    """The preheader: the first paragraph after the greeting, cut after a word at PREHEADER characters."""
    greeting, *others = [one_line(paragraph) for paragraph in text.split("\n\n")]
    first = others[0] if others and greeting.endswith(",") else greeting
    return first if len(first) <= PREHEADER else first[:PREHEADER].rsplit(" ", 1)[0] + "…"


def as_short(body: str) -> str:
    """The body as one line for a text message; characters outside GSM_7 become similar ones where possible (ê to e)."""
    return "".join(character if character in GSM_7 else _plainer(character) for character in one_line(body))


def one_line(text: str) -> str:
    """The text with each run of spaces, line breaks and control characters replaced by one space, fit for a header."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip(" ")


def lines(text: str) -> list[str]:
    """The lines of a text, each through `one_line`, without the empty ones."""
    return [line for line in map(one_line, text.splitlines()) if line]


def _fill(line: str, first: str, others: str) -> str:
    return textwrap.fill(
        line, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


def _plainer(character: str) -> str:
    plain = _PLAINER.get(character) or unicodedata.normalize("NFKD", character)
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return plain if GSM_7.issuperset(plain) else character


def _paragraphs(body: str) -> list[str]:
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", body))
    return [part.rstrip() for part in parts if part.strip()]
