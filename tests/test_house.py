"""The house holds together: what is in the code is documented and tested, and the files keep the plan's measures.

The rules, events and letters are held to `docs/rules.md` by `tests/docs/test_rules.py`, the arrows between rooms by the
import contracts in `pyproject.toml` (`lint-imports`), which the last test here runs.
"""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from capcom_gql.domain.refusals import Code
from capcom_gql.notifiers import hookspecs
from capcom_gql.settings import Settings
from tests import commands_page

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PRODUCT = sorted([*(ROOT / "capcom_gql").rglob("*.py"), *(ROOT / "plugins").glob("*/capcom_notify_*/**/*.py")])

LONGEST = 300
"""Lines of a file; past that it is probably two ideas."""
LONGER: dict[str, str] = {
    "capcom_gql/storage/migrations/0001_initial.py": "the first schema, as the ORM wrote it",
}
"""The files that may be longer, each with the reason."""


def name_of(path: Path) -> str:
    """A file as messages name it."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_file_is_one_idea(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if name_of(path) in LONGER:
        assert lines > LONGEST, "it is short enough by now: take it off the list"
    else:
        assert lines <= LONGEST


@pytest.mark.parametrize("code", Code, ids=str)
def test_a_refusal_is_documented(code: Code) -> None:
    page = (DOCS / "refusals.md").read_text(encoding="utf-8").partition("## Errors of a request")[0]
    assert len(re.findall(rf"^\| `{code}` \| .+ \| .+ \|$", page, re.MULTILINE)) == 1


def test_an_error_code_is_documented() -> None:
    """Every code that the API puts into `extensions`, and none that it does not."""
    page = (DOCS / "refusals.md").read_text(encoding="utf-8").partition("## Errors of a request")[2]
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "capcom_gql/graphql").glob("*.py")]
    constants = {
        node.value
        for source in sources
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and re.search(r"Refused|Error|_invalid", ast.unparse(call.func))
        for node in call.args
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert documented == {each for each in constants if re.fullmatch(r"[A-Z]+(_[A-Z]+)*", each)} | {"BAD_USER_INPUT"}


@pytest.mark.parametrize("hook", [name for name, each in vars(hookspecs).items() if inspect.isfunction(each)], ids=str)
def test_a_hook_is_documented_and_tested(hook: str) -> None:
    assert hook in (ROOT / "plugins/README.md").read_text(encoding="utf-8")
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    assert any(hook in path.read_text(encoding="utf-8") for path in tests)


@pytest.mark.parametrize("name", sorted(Settings.model_fields), ids=str)
def test_a_setting_is_documented(name: str) -> None:
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    assert any(f"`CAPCOM_{name.upper()}" in page.read_text(encoding="utf-8") for page in pages)


def test_the_page_of_commands_is_the_programs() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert page == commands_page.page(), "python -m tests.commands_page > docs/commands.md"


def test_the_rooms_call_downwards_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
