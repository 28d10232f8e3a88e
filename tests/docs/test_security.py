"""docs/security.md: each line of its table names what is there, and a test."""

import re

from tests.docs.pages import ROOT, page

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in page("docs/security.md").text.splitlines()
    if re.match(r"\| (V\d+ .*)?\|", line)
]


def test_each_line_says_whether_it_is_met_and_names_a_test() -> None:
    assert len(ROWS) >= 30
    for chapter, requirement, met, where in ROWS:
        assert met in ("yes", "partly", "no"), (chapter, requirement)
        named = [ROOT / each for each in re.findall(r"`([\w./-]+/[\w./-]*)`", where)]
        assert all(each.exists() for each in named), (requirement, where)
        assert met == "no" or any(each.name.startswith("test_") or "hostile" in str(each) for each in named), (
            requirement
        )


def test_every_chapter_comes_once_and_in_order() -> None:
    chapters = [int(chapter.split()[0][1:]) for chapter, *_ in ROWS if chapter]
    assert chapters == sorted(set(chapters))
