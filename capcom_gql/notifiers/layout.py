"""Give a letter's body its two forms: wrapped plain text, and paragraphs of HTML.

A body is written once, as plain paragraphs parted by blank lines. Where a number, facts, a heading or a link
stand, a piece of `templates/pieces.<form>.jinja` sets them: indented by four spaces in text, an element in HTML.
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
_PARAGRAPH = '<p style="margin:0 0 16px">'

PREHEADER = 140
"""Characters of a letter's beginning that lists of mails show beside its subject."""

GSM_7 = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of which a text message holds 160 (3GPP TS 23.038); with any other it holds 70."""
_PLAINER = {"œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-"}


def as_text(body: str) -> str:
    """Paragraphs wrapped at WIDTH; of indented ones (numbers, addresses, facts) each line is kept apart."""
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
    """A text whose lines are broken already: nothing need be kept together any more, and searches find it."""
    return text.replace("\u00a0", " ")


def as_html(body: str) -> str:
    """Paragraphs as <p>, in a body whose variables are escaped already; elements stay as they are."""
    return "\n".join(
        paragraph if _ELEMENT.match(paragraph) else f"{_PARAGRAPH}{paragraph}</p>" for paragraph in _paragraphs(body)
    )


def opening(text: str) -> str:
    """What a finished text begins with after its greeting, cut after a word: for lists of mails, beside the subject."""
    greeting, *others = [one_line(paragraph) for paragraph in text.split("\n\n")]
    first = others[0] if others and greeting.endswith(",") else greeting
    return first if len(first) <= PREHEADER else first[:PREHEADER].rsplit(" ", 1)[0] + "…"


def as_short(body: str) -> str:
    """One line for a text message: characters outside GSM_7 in their plainer form (ê as e), if they have one."""
    return "".join(character if character in GSM_7 else _plainer(character) for character in one_line(body))


def one_line(text: str) -> str:
    """Text without line breaks or other control characters, which mail headers must not hold."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip(" ")


def lines(text: str) -> list[str]:
    """The lines of what somebody wrote, each as `one_line` has it, without the empty ones."""
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
