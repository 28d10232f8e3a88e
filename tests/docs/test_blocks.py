"""Every block of code of the README and of docs/ is run, or read as the program that it is for would read it.

Requests with their answers, and the console of the desk, are run by `test_requests` and `test_desk`. Commands are read
here; some of them are run elsewhere, as those of the first start and of backups. A block in any other language fails.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import jsonschema
import pytest
from graphql import build_schema, parse, validate

from capcom_gql.domain.event_schemas import schema_of
from capcom_gql.domain.events import Kind
from tests.docs import test_desk, test_requests
from tests.docs.pages import BLOCKS, DOCS, README, ROOT, Block, Page
from tests.docs.shell import Wrong, check_capcom, check_setting, check_shell
from tests.docs.syntax import Unreadable, check_ini, check_mermaid, check_nginx

RUN = frozenset(test_requests.BLOCKS) | frozenset(test_desk.BLOCKS)
TEXTS = {("docs/lifecycle.md", "See years go by"): "tests/cli/test_simulate.py", ("docs/deploy.md", "Procfile"): "here"}
"""Blocks of no language, and where they are held to the program."""
SCHEMA = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
_INLINE = re.compile(r"`([^`\n]+)`")


def check_graphql(block: Block) -> None:
    """A request fits the schema, and is sent."""
    assert validate(SCHEMA, parse(block.text)) == []
    assert block in RUN, "nothing sends this request"


def check_json(block: Block) -> None:
    """The answer of a request; or the body of a webhook."""
    data = json.loads(block.text)
    if block not in RUN:
        assert block.page == "docs/rules.md" and block.heading == "Events", "nothing compares this answer"
        kind = schema_of(Kind(data["type"]), "")
        kind["properties"]["data"]["properties"]["details"] = {}
        jsonschema.validate(data, kind)


def check_console(block: Block) -> None:
    """Commands with what they print."""
    assert block in RUN, "nothing runs these commands"


def check_text(block: Block) -> None:
    """Text of a program or for one."""
    assert (block.page, block.heading) in TEXTS, "nothing holds this text to a program"
    if block.heading == "Procfile":
        assert block.text == (ROOT / "Procfile").read_text(encoding="utf-8")


def check_toml(block: Block) -> None:
    """A part of the file that its first line names."""
    tomllib.loads(block.text)
    named, *lines = block.text.splitlines()
    file = (ROOT / named.removeprefix("# ")).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line not in file] == []


CHECKS: Mapping[str, Callable[[Block], None]] = {
    "graphql": check_graphql,
    "json": check_json,
    "console": check_console,
    "sh": lambda block: check_shell(block.text),
    "toml": check_toml,
    "ini": lambda block: check_ini(block.text),
    "nginx": lambda block: check_nginx(block.text),
    "mermaid": lambda block: check_mermaid(block.text),
    "": check_text,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with the spreadsheet that the commands name."""
    (tmp_path / "subscribers.csv").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_run_or_read(block: Block) -> None:
    assert block.language in CHECKS, "no test reads blocks in this language"
    CHECKS[block.language](block)


@pytest.mark.parametrize("page", (README, *DOCS), ids=lambda each: str(each.path))
def test_what_is_named_within_a_line_exists(page: Page) -> None:
    """Commands, which may leave their arguments out; files and modules of this repository; settings."""
    for code in _INLINE.findall(page.prose):
        words = re.sub(r"[\[\]]|\.\.\.", "", code).split()
        if words[:1] == ["capcom"] and "COMMAND" not in words:
            check_capcom(words[1:], complete=False)
        if words[:2] == ["python", "-m"]:
            check_shell(code)
        if re.fullmatch(r"(?:capcom_gql|tests|docs|plugins)/[\w/.*-]*", code):
            assert list(ROOT.glob(code.rstrip("/"))), code
    for name in set(re.findall(r"\bCAPCOM_[A-Z_]*[A-Z]\b(?!_|<|\.\.\.)", page.text)):
        if not name.startswith("CAPCOM_TEST_"):
            check_setting(name)


@pytest.mark.parametrize(
    "text",
    [
        "capcom sreve",
        "capcom serve --prot 80",
        "capcom serve --port many",
        "capcom person erase ana@ville.example",
        "docker compose exec web capcom docter",
        "CAPCOM_PUBLICURL=https://x.example capcom serve",
        "CAPCOM_ENV=prod capcom serve",
        "CAPCOM_NOTIFY__EMAIL__HOSTS=x.example",
        "cat > .env <<END\nCAPCOM_CURENCY=EUR\nEND",
        "python -m tests.break_the_rule",
        "python -m tests.faults --fast",
        "python -m pytest $(grep -rl R8 test)",
        "python -m pytest tests/domains",
        "rustc main.rs",
    ],
)
def test_a_wrong_command_is_found(text: str) -> None:
    with pytest.raises(Wrong):
        check_shell(text)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (check_ini, "[Unit]\nA=1\n[Service]\nB\n[Install]\nC=1\n"),
        (check_ini, "[Unit]\nA=1\n[Servcie]\nB=1\n[Install]\nC=1\n"),
        (check_nginx, "server {\n    listen 443 ssl\n}\n"),
        (check_nginx, "server {\n    listen 443 ssl;\n"),
        (check_mermaid, "flowchart TD\n    a -> b\n"),
        (check_mermaid, "stateDiagramm\n    a --> b\n"),
    ],
)
def test_a_wrong_configuration_is_found(check: Callable[[str], None], text: str) -> None:
    with pytest.raises(Unreadable):
        check(text)
