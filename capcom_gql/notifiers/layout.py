"""Give a letter's body its two forms: wrapped plain text, and paragraphs of HTML.

A body is written once, as plain paragraphs parted by blank lines. Where a number, a heading or a link
stands, a piece of `templates/pieces.<form>.jinja` sets it: indented by four spaces in text, an element in HTML.
"""

import re
import textwrap

WIDTH = 72
"""Columns of plain text: quoted twice it still fits in 80."""
_INDENT = " " * 4
_ELEMENT = re.compile(r"<(p|h2|ul|ol|table|div|hr)\b")


def as_text(body: str) -> str:
    """Paragraphs wrapped at WIDTH; indented ones (numbers, addresses) are kept whole, whatever their length."""
    wrapped = []
    for paragraph in _paragraphs(body):
        if paragraph.startswith(_INDENT):
            wrapped.append(paragraph.rstrip())
        else:
            line = " ".join(paragraph.split(" "))
            wrapped.append(textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False))
    return "\n\n".join(wrapped) + "\n"


def as_html(body: str) -> str:
    """Paragraphs as <p>, in a body whose variables are escaped already; elements stay as they are."""
    return "\n".join(
        paragraph if _ELEMENT.match(paragraph) else f"<p>{paragraph}</p>" for paragraph in _paragraphs(body)
    )


def one_line(text: str) -> str:
    """Text without line breaks or other control characters, which mail headers must not hold."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip(" ")


def _paragraphs(body: str) -> list[str]:
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", body))
    return [part.rstrip() for part in parts if part.strip()]
