"""The page on architecture names what is there: rooms, their layers, functions, and each rule's file."""

import re
import tomllib

from tests.docs.pages import ROOT, page

ARCHITECTURE = page("docs/architecture.md").text
_NAMED = re.compile(r"((?:`\w+`(?:,| and)? )+)in\s+`(capcom_gql/[\w/]+\.py)`")


def test_functions_are_where_the_page_says() -> None:
    found = [(name, path) for names, path in _NAMED.findall(ARCHITECTURE) for name in re.findall(r"`(\w+)`", names)]
    assert len(found) > 20
    for name, path in found:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?(?:def|class) {name}\b", text, re.MULTILINE), (name, path)


def test_every_room_is_in_the_table_and_in_the_chart() -> None:
    rows = " ".join(re.findall(r"^\| ((?:`[\w./]+`(?:, )?)+) \|", page("docs/architecture.md").section("Rooms"), re.M))
    named = {name.rstrip("/").removesuffix(".py") for name in re.findall(r"`([\w./]+)`", rows)}
    there = {each.name.removesuffix(".py") for each in (ROOT / "capcom_gql").iterdir() if not each.name.startswith("_")}
    rooms = there - {"py.typed"}
    assert named == rooms
    (chart,) = [block.text for block in page("docs/architecture.md").blocks if block.language == "mermaid"]
    assert sorted(room for room in rooms if not re.search(rf"\b{room}\b", chart)) == []


def test_the_chart_has_the_layers_of_the_contract() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in declared if each["id"] == "rooms"]
    layers = [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]
    (chart,) = [block.text for block in page("docs/architecture.md").blocks if block.language == "mermaid"]
    labels = dict(re.findall(r'(\w+)\["([^"]+)"\]', chart))
    arrows = re.findall(r"^ +(\w+).* --> (\w+)", chart, re.MULTILINE)
    order = [arrows[0][0], *(below for _, below in arrows)]
    assert order[:-1] == [above for above, _ in arrows], "each layer stands on the next"
    assert [set(re.findall(r"\w+", labels.get(name, name))) for name in order] == layers[1:]


def test_every_rule_is_found_where_the_table_says() -> None:
    """R1 to R24, each with a file that names it."""
    rows = re.findall(r"^\| (R\d+) \| .+ \| `(.+)` \|$", ARCHITECTURE, re.MULTILINE)
    assert [rule for rule, _ in rows] == [f"R{number}" for number in range(1, 25)]
    for rule, file in rows:
        assert re.search(rf"\b{rule}\b", (ROOT / "capcom_gql" / file).read_text(encoding="utf-8")), (rule, file)
