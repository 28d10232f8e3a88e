"""The house holds together: what is in the code is documented and tested, and the files keep the plan's measures.

The rules, events and letters are held to `docs/rules.md` by `tests/test_rules_page.py`, the arrows between rooms by the
import contracts in `pyproject.toml` (`lint-imports`), which the last test here runs.
"""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from capcom_gql.domain.refusals import Code
from capcom_gql.notifiers import hookspecs
from capcom_gql.settings import Settings
from tests import commands_page

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PRODUCT = sorted([*(ROOT / "capcom_gql").rglob("*.py"), *(ROOT / "plugins").glob("*/capcom_notify_*/**/*.py")])
WRITTEN_BY_HAND = [path for path in PRODUCT if path.parent.name != "migrations"]

LONGEST = 300
"""Lines of a file; past that it is probably two ideas."""
LONGER: dict[str, str] = {
    "capcom_gql/storage/migrations/0001_initial.py": "the first schema, as the ORM wrote it",
}
"""The files that may be longer, each with the reason."""


def name_of(path: Path) -> str:
    """A file as messages name it."""
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(body: list[ast.stmt], owner: ast.ClassDef | None = None) -> Iterator[ast.ClassDef | Function]:
    """The classes, functions and methods that others may use, but for those described in a class above their own."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield node
            yield from public(node.body, node)
        elif ast.get_docstring(node) or not is_override(owner):
            yield node


def raised(function: Function) -> set[str]:
    """The public exceptions that a function raises itself, by their names."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            found.add(node.exc.func.id)
        waiting += ast.iter_child_nodes(node)
    return {name for name in found if not name.startswith("_")}


def is_described_elsewhere(node: ast.ClassDef | Function) -> bool:
    """Whether its description is its decorator's, or that of the hook which it implements."""
    decorators = {ast.unparse(each).split("(")[0] for each in node.decorator_list}
    return bool(decorators & {"strawberry.type", "strawberry.input", "strawberry.interface", "resolved", "hookimpl"})


def is_override(owner: ast.ClassDef | None) -> bool:
    """Whether a method of this class may be described in the class above it."""
    bases = set() if owner is None else {ast.unparse(each).split("[")[0] for each in owner.bases}
    return bool(bases - {"Protocol", "Generic"})


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_file_is_one_idea(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if name_of(path) in LONGER:
        assert lines > LONGEST, "it is short enough by now: take it off the list"
    else:
        assert lines <= LONGEST


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name_of)
def test_what_is_public_says_what_it_is_for_and_what_it_raises(path: Path) -> None:
    module = parsed(path)
    assert ast.get_docstring(module), "the file does not say what it is for"
    silent, unsaid = [], []
    for node in public(module.body):
        text = ast.get_docstring(node) or ""
        if is_described_elsewhere(node):
            continue
        if not text:
            silent.append(node.name)
        if isinstance(node, ast.ClassDef):
            continue
        # what ends a command is its exit status
        ends_command = "cli" in path.parts and raised(node) <= {"Stop", "PortBusy"}
        if raised(node) and not ends_command and not re.search(r"\braises?\b", text, re.IGNORECASE):
            unsaid.append((node.name, raised(node)))
    assert not silent, "without a docstring"
    assert not unsaid, "raises what its docstring does not say"


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name_of)
def test_a_number_says_what_it_counts(path: Path) -> None:
    """A constant has its unit in its name, or is explained by a text below or a comment above it."""
    body, source = parsed(path).body, path.read_text(encoding="utf-8").splitlines()
    unclear = []
    for place, node in enumerate(body):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        value = node.value if isinstance(node, ast.Assign) else None
        if not (isinstance(target, ast.Name) and target.id.isupper() and not target.id.startswith("_")):
            continue
        if not (isinstance(value, ast.Constant) and type(value.value) in (int, float)):
            continue
        follows = body[place + 1] if place + 1 < len(body) else None
        above = "\n".join(source[: node.lineno]).rpartition("\n\n")[2]
        said = isinstance(follows, ast.Expr) or "#" in above
        if not said and not re.search(r"_(SECONDS|MS|DAYS|BYTES|LINES)$", target.id):
            unclear.append(target.id)
    assert not unclear, "of what?"


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
