"""How a mail's text and HTML are shown so that its links work."""

import re

_LINK = re.compile(r"https?://[^\s<>\"']+")
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)


def split_links(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a web address (without the punctuation that ends a sentence)."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(".,;:!?)]}»")
        pieces += [(text[end : match.start()], False), (address, True)]
        end = match.start() + len(address)
    pieces.append((text[end:], False))
    return [piece for piece in pieces if piece[0]]


def opening_new_tabs(html: str) -> str:
    """The mail with its links opening in a new tab: our pages refuse to be shown inside the mail's frame."""
    target = '<base target="_blank">'
    head = _HEAD.search(html)
    if head is None:
        return target + html
    return html[: head.end()] + target + html[head.end() :]
