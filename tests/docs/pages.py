"""The pages of the documentation, with their blocks of code and their headings."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>[\w+-]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of code: where it stands, what its fence says that it is, what is in it."""

    page: str
    line: int
    heading: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.language or 'text'}"


@dataclass(frozen=True)
class Page:
    """A page, by its path from the root of the repository."""

    path: str

    @cached_property
    def text(self) -> str:
        """All of it."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks of code, in order. Raises ValueError where a fence is not closed."""
        found = []
        for each in _BLOCK.finditer(self.text):
            before = self.text[: each.start()]
            text = re.sub(rf"^{each['indent']}", "", each["text"], flags=re.MULTILINE)
            headings = _HEADING.findall(_BLOCK.sub("", before))
            heading = headings[-1][1] if headings else ""
            found.append(Block(self.path, before.count("\n") + 1, heading, each["language"], text))
        if len(re.findall(r"^ *```", self.text, re.MULTILINE)) != 2 * len(found):
            raise ValueError(f"{self.path}: a block of code is not closed, or its fence has more than a language")
        return tuple(found)

    @cached_property
    def prose(self) -> str:
        """The page without its blocks of code."""
        return _BLOCK.sub("", self.text)

    @cached_property
    def anchors(self) -> tuple[str, ...]:
        """What links may name after `#`, as GitHub and GitLab make anchors of headings."""
        made: list[str] = []
        for _, title in _HEADING.findall(self.prose):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
            anchor = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
            same = sum(each == anchor or re.fullmatch(rf"{re.escape(anchor)}-\d+", each) is not None for each in made)
            made.append(f"{anchor}-{same}" if same else anchor)
        return tuple(made)

    def section(self, title: str) -> str:
        """The text under a heading, up to the next of the same level or above."""
        found = re.search(rf"^(#+) {re.escape(title)}\n", self.text, re.MULTILINE)
        assert found, f"{self.path} has no section {title!r}"
        rest = self.text[found.end() :]
        end = re.search(rf"^#{{1,{len(found[1])}}} ", _BLOCK.sub(lambda block: " " * len(block[0]), rest), re.MULTILINE)
        return rest[: end.start()] if end else rest


def page(path: str) -> Page:
    """The page at a path from the root of the repository."""
    return Page(path)


README = page("README.md")
DOCS = tuple(page(str(file.relative_to(ROOT))) for file in sorted((ROOT / "docs").rglob("*.md")))
AT_THE_ROOT = (page("CONTRIBUTING.md"), page("SECURITY.md"))
BLOCKS = tuple(block for each in (README, *AT_THE_ROOT, *DOCS) for block in each.blocks)
"""Every block of the README, of the pages beside it and of `docs/`."""
