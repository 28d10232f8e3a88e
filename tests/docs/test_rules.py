"""The written rules say what is there: `docs/rules.md` and the pages that go with it, held to the code."""

import re
from pathlib import Path

import pytest

from capcom_gql.domain.events import EVENTS
from capcom_gql.domain.field_rights import FIELDS
from capcom_gql.domain.letters import LETTERS, Audience
from capcom_gql.domain.lifecycle import SubscriptionState, TermState
from capcom_gql.domain.steps import StepKind
from tests.docs.pages import ROOT

DOCS = ROOT / "docs"
RULES = (DOCS / "rules.md").read_text(encoding="utf-8")
LIFECYCLE = (DOCS / "lifecycle.md").read_text(encoding="utf-8")
NAMES = [f"R{number}" for number in range(1, 25)]
TICKED = re.compile(r"`([^`\n]+)`")


def section(heading: str) -> str:
    """The text under a heading of the rules, up to the next of its level."""
    found = re.search(rf"^## {heading}\b.*?\n(.*?)(?=^## |\Z)", RULES, re.MULTILINE | re.DOTALL)
    assert found, f"docs/rules.md has no section {heading}"
    return found.group(1)


def table(heading: str) -> dict[str, list[str]]:
    """The rows of a section's table, by what stands in backticks in their first cell."""
    rows = [line.strip("|").split("|") for line in section(heading).splitlines() if line.startswith("| `")]
    return {first.strip(" `"): [cell.strip() for cell in rest] for first, *rest in rows}


def said_to_be(text: str) -> list[tuple[str, Path]]:
    """What a page says to stand where: the names in backticks before each path of the product."""
    found = []
    for paragraph in re.findall(r"^In code: .*?(?=\n\n|\nShown by|\Z)", text, re.MULTILINE | re.DOTALL):
        names: list[str] = []
        for word in TICKED.findall(paragraph):
            if word.startswith("capcom_gql/"):
                found += [(name, ROOT / word) for name in names]
                names = []
            else:
                names.append(word)
        assert not names, f"{names}: the page does not say where"
    return found


def is_defined(name: str, where: Path) -> bool:
    """Whether a file, or one of a folder, defines a function, a class or a constant."""
    files = [where] if where.suffix else sorted(where.rglob("*.py"))
    wanted = re.compile(rf"^(?:async def|def|class) {name}\b|^{name}\b[^=\n]*=", re.MULTILINE)
    return any(wanted.search(file.read_text(encoding="utf-8")) for file in files)


def test_every_rule_has_its_heading_once_and_in_order() -> None:
    assert re.findall(r"^## (R\d+)\b", RULES, re.MULTILINE) == NAMES


@pytest.mark.parametrize("rule", NAMES)
def test_a_rule_gives_its_edges_its_code_and_its_tests(rule: str) -> None:
    text = section(rule)
    assert "\n- Edge" in text
    assert said_to_be(text)
    assert f'Shown by: `@pytest.mark.rule("{rule}")`.' in text


@pytest.mark.parametrize("rule", NAMES)
def test_a_rule_has_a_test_with_its_mark(rule: str) -> None:
    marked = f'mark.rule("{rule}")'
    tests = (file for folder in ("tests", "plugins") for file in (ROOT / folder).rglob("test_*.py"))
    assert any(marked in file.read_text(encoding="utf-8") for file in tests if file != Path(__file__))


@pytest.mark.parametrize("page", [RULES, LIFECYCLE], ids=["rules", "lifecycle"])
def test_what_the_page_names_in_the_code_is_there(page: str) -> None:
    named = said_to_be(page)
    assert len(named) > 4
    assert [(name, str(where)) for name, where in named if not is_defined(name, where)] == []


def test_every_event_is_listed_with_its_details() -> None:
    listed = {kind: tuple(TICKED.findall(cells[-1])) for kind, cells in table("Events").items()}
    assert listed == {kind.value: spec.details for kind, spec in EVENTS.items()}


def test_every_letter_is_listed_with_its_text_message_and_its_link() -> None:
    rows = table("Letters")
    assert list(rows) == [topic.value for topic in LETTERS]
    for topic, letter in LETTERS.items():
        _, _, by_sms, link = rows[topic.value]
        assert ("manager" in by_sms) is (letter.phone_to is Audience.MANAGER), topic
        hours = re.search(r"(\d+) hours?", link)
        assert (int(hours.group(1)) if hours else None) == letter.link_hours, topic


def test_every_question_and_every_command_is_in_the_table_of_rights() -> None:
    named = set(TICKED.findall(section("Rights")))
    roots = {field.partition(".")[2] for field in FIELDS if field.startswith(("Query.", "Mutation."))}
    assert sorted(roots - named) == []


def test_the_lifecycle_names_every_state_and_every_step() -> None:
    chart = LIFECYCLE.partition("```mermaid")[2].partition("```")[0]
    assert all(re.search(rf"\b{state}\b", chart) for state in TermState)
    assert all(f"| `{each}` |" in LIFECYCLE for each in (*SubscriptionState, *StepKind))


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    files = [ROOT / "schema.graphql", *(ROOT / "capcom_gql").rglob("*.py")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    named = [
        name
        for row in re.findall(r"^\|([^|]*)\|([^|]*)\|", text, re.MULTILINE)
        for name in TICKED.findall("".join(row))
    ]
    plain = {name.removesuffix("()").rpartition(".")[2] for name in named if not name.endswith("/")}
    assert len(plain) > 40
    assert sorted(name for name in plain if not re.search(rf"\b{re.escape(name)}\b", code)) == []


def test_a_name_of_the_glossary_is_in_the_room_that_it_gives() -> None:
    names = (DOCS / "glossary.md").read_text(encoding="utf-8").partition("## Names in the code")[2]
    rows = [
        [TICKED.findall(cell) for cell in line.split("|")[1:3]] for line in names.splitlines() if "capcom_gql/" in line
    ]
    assert len(rows) > 15
    for named, where in rows:
        rooms = [ROOT / word for word in where if word.startswith("capcom_gql/")]
        code = "\n".join(file.read_text(encoding="utf-8") for room in rooms for file in room.rglob("*.py"))
        assert [name for name in named if not re.search(rf"\b(def|class) {name}\b|\b{name}\b.*=", code)] == []


def test_every_decision_is_in_the_index_and_short() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    index = re.findall(r"\]\((0[^)]+)\)", (DOCS / "decisions" / "README.md").read_text(encoding="utf-8"))
    assert index == [page.name for page in pages]
    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 40, page.name
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "What was measured"], page.name
