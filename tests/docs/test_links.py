"""Every link of the documentation leads to a file that exists, and to a heading of it."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.docs.pages import AT_THE_ROOT, DOCS, README, ROOT, Page, page

_LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`\n]*`")
PLUGINS = tuple(page(str(file.relative_to(ROOT))) for file in sorted((ROOT / "plugins").rglob("README.md")))
PAGES = (README, *DOCS, *AT_THE_ROOT, *PLUGINS)


def links(of: Page) -> list[str]:
    """The links of a page to files of this repository."""
    found = _LINK.findall(_CODE.sub(lambda code: code[0] if "](" in code[0] else "code", of.prose))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("each", PAGES, ids=lambda each: str(each.path))
def test_links_lead_somewhere(each: Page) -> None:
    for link in links(each):
        path, _, anchor = link.partition("#")
        target = (ROOT / each.path).parent / path if path else ROOT / each.path
        assert target.exists(), f"{each.path}: {link}"
        assert target.resolve().is_relative_to(ROOT), f"{each.path}: {link}"
        if anchor:
            assert anchor in page(str(target.resolve().relative_to(ROOT))).anchors, f"{each.path}: {link}"


def test_what_is_linked_is_in_the_source_distribution_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    targets = {(ROOT / each.path).parent / link.partition("#")[0] for each in PAGES for link in links(each)}
    tops = {target.resolve().relative_to(ROOT).parts[0] for target in targets if target.resolve() != ROOT}
    assert {"docs", "plugins", "LICENSE", "SECURITY.md"} <= tops
    assert sorted(top for top in tops if not any(fnmatch(f"/{top}", pattern) for pattern in shipped)) == []


def test_links_are_found() -> None:
    assert len(links(README)) > 15 and "docs/pictures/explorer.png" in links(README)
    assert all(links(each) for each in (page("docs/README.md"), page("plugins/README.md")))


def test_every_page_is_in_the_index() -> None:
    """A page that no list names is found by nobody."""
    index = page("docs/README.md")
    named = {str(((ROOT / "docs") / link).resolve().relative_to(ROOT)) for link in links(index)}
    expected = {each.path for each in DOCS if Path(each.path).parent == Path("docs")} - {index.path}
    assert sorted(expected - named) == []


@pytest.mark.parametrize("each", [each for each in DOCS if "decisions" not in each.path], ids=lambda each: each.path)
def test_no_two_headings_have_one_anchor(each: Page) -> None:
    assert len(set(each.anchors)) == len(each.anchors)
