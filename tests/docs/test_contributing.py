"""The recipes of CONTRIBUTING.md lead to files that are there."""

import re
from pathlib import Path

from tests.docs.pages import ROOT, page

CONTRIBUTING = page("CONTRIBUTING.md")
_PATH = re.compile(r"`((?:capcom_gql|tests|plugins|docs)/[\w./<>-]*)`")


def places(path: str) -> list[Path]:
    """The files or folders that a path names; `<code>` and the like stand for any."""
    return list(ROOT.glob(re.sub(r"<\w+>", "*", path.rstrip("/"))))


def test_there_are_ten_recipes_and_each_says_where_its_test_goes() -> None:
    recipes = re.findall(r"^### (\d+)\. (.+)$", CONTRIBUTING.text, re.MULTILINE)
    assert [int(number) for number, _ in recipes] == list(range(1, 11))


def test_every_file_that_a_recipe_names_is_there() -> None:
    named = _PATH.findall(CONTRIBUTING.text)
    assert len(named) > 40
    assert [path for path in named if not places(path)] == []


def test_a_file_named_beside_another_is_there() -> None:
    """Such as “`kinds.py` beside it”: some folder that the page names has it."""
    folders = {
        place.parent if place.is_file() else place
        for path in _PATH.findall(CONTRIBUTING.text)
        for place in places(path)
    }
    named = re.findall(r"`([a-z_]+\.(?:py|md))`", CONTRIBUTING.text)
    assert named
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []
