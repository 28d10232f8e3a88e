"""The commands of a page, read without being run: programs are known, `capcom` has such commands and options.

What is wrong is raised as `Wrong`, with the command.
"""

import importlib.util
import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

import typer.main
from typer.core import TyperCommand, TyperGroup

from capcom_gql.cli.program import program
from capcom_gql.notifiers.loader import load as load_channels
from capcom_gql.settings import Settings, SettingsError, load
from tests.docs.pages import ROOT

_SHELL = frozenset({"base64", "cat", "cd", "date", "head", "tr", "umask"})
_SYSTEM = frozenset({"docker", "install", "journalctl", "systemctl", "useradd"})
_DATABASES = frozenset({"createdb", "createuser", "pg_dump", "pg_restore", "sqlite3"})
OTHERS = _SHELL | _SYSTEM | _DATABASES
"""Programs that are not of this repository: their words are not read."""
_BEHIND = ("docker compose exec web", "runuser -u capcom --")
"""What a command may be typed behind."""
_ENDS = ("&&", "||", "|", ";")
_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_SUBSTITUTED = re.compile(r"\$\(([^()]*(?:\([^()]*\))?[^()]*)\)")
_OF_A_CHANNEL = re.compile(r"CAPCOM_NOTIFY__([A-Z]+)__([A-Z_]+)")


class Wrong(Exception):
    """A command that does not exist, or cannot be typed like this."""


def check_shell(text: str) -> None:
    """A block of commands. Raises Wrong for the first that is."""
    for _, document in _HEREDOC.findall(text):
        check_settings(dict(_assigned(line) for line in document.splitlines() if "$(" not in line))
    for line in _HEREDOC.sub("", text).replace("\\\n", " ").splitlines():
        for inner in _SUBSTITUTED.findall(line):
            check_shell(inner)
        for words in _commands(_SUBSTITUTED.sub("SUBSTITUTED", line)):
            _check(words, line)


def check_settings(given: dict[str, str]) -> None:
    """Settings with values that are accepted, and other variables. Raises Wrong for one that is not a setting."""
    ours = {name: value for name, value in given.items() if name.startswith("CAPCOM_")}
    try:
        load(ours)
    except SettingsError as error:
        raise Wrong(str(error)) from error
    for name in ours:
        check_setting(name)


def check_setting(name: str) -> None:
    """A name that is a setting's, or of a channel's settings. Raises Wrong."""
    if found := _OF_A_CHANNEL.fullmatch(name):
        channel, field = found[1].lower(), found[2].lower()
        if field not in _fields_of_channels().get(channel, ()):
            raise Wrong(f"{name}: the channel has no such setting")
    elif name not in {f"CAPCOM_{field.upper()}" for field in Settings.model_fields if field != "notify"}:
        raise Wrong(f"{name} is not a setting")


def check_capcom(words: Sequence[str], *, complete: bool = True) -> None:
    """The words behind `capcom`. Raises Wrong; arguments may be missing where it is not `complete`."""
    command: object = typer.main.get_command(program)
    name, context, rest = "capcom", None, list(words)
    try:
        while isinstance(command, TyperGroup):
            own = {option for parameter in command.params for option in parameter.opts}
            while rest and rest[0] in own:
                del rest[0]
            if not rest and not complete:
                return
            context = typer.Context(command, info_name=name, parent=context)
            found, command, rest = command.resolve_command(context, rest)
            name = str(found)
        assert isinstance(command, TyperCommand)
        command.make_context(name, rest, parent=context)
    except typer.TyperException as error:
        if complete or not str(error).startswith("Missing "):
            raise Wrong(f"capcom {shlex.join(words)}: {error}") from error


@cache
def _fields_of_channels() -> dict[str, frozenset[str]]:
    """The settings of each bundled channel, in lower case."""
    fields: dict[str, frozenset[str]] = {}
    for entry in load_channels(Settings()).entries:
        properties = entry.config_schema.get("properties")
        fields[entry.name] = frozenset(properties if isinstance(properties, dict) else ())
    return fields


def _commands(line: str) -> Iterator[list[str]]:
    """The commands of a line, each by its words, without redirections, and without what it is typed behind."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, "#"
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word not in _ENDS:
            words.append(word)
            continue
        if ">" in words:
            del words[words.index(">") :]
        typed = shlex.join(words)
        for behind in _BEHIND:
            if typed.startswith(f"{behind} "):
                words = shlex.split(typed.removeprefix(behind))
        if words:
            yield words
        words = []


def _check(words: list[str], line: str) -> None:
    given: dict[str, str] = {}
    while words and _ASSIGNMENT.fullmatch(words[0]):
        name, value = _assigned(words.pop(0))
        given[name] = value
    check_settings(given)
    if not words:
        return
    called, *rest = words
    match called.rpartition("/")[2]:
        case "capcom":
            check_capcom(rest)
        case "python" | "python3":
            _check_python(rest, line)
        case "pip":
            _must_be_there([word for word in rest if word.endswith(".txt")])
        case "make":
            targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
            if missing := set(rest) - set(targets):
                raise Wrong(f"the Makefile has no {sorted(missing)}: {line}")
        case "grep":
            _must_be_there(rest[2:])
        case "docker" if "capcom" in rest:
            check_capcom(rest[rest.index("capcom") + 1 :]) if "--name" not in rest else None
        case other if other not in OTHERS:
            raise Wrong(f"{other} is not a program that pages use: {line}")


def _check_python(words: Sequence[str], line: str) -> None:
    if words[0] != "-m":
        _must_be_there(words[:1])
        return
    module, *rest = words[1:]
    if module == "pytest":
        _must_be_there([word for word in rest if word.startswith(("tests/", "plugins/"))])
    if module not in ("venv", "pytest") and importlib.util.find_spec(module) is None:
        raise Wrong(f"there is no module {module}: {line}")
    if module.startswith("tests."):
        source = "".join(file.read_text(encoding="utf-8") for file in _sources(module))
        if missing := [word for word in rest if word.startswith("--") and f'"{word}"' not in source]:
            raise Wrong(f"{module} has no {missing}")


def _sources(module: str) -> list[Path]:
    where = ROOT.joinpath(*module.split("."))
    return sorted(where.glob("*.py")) if where.is_dir() else [where.with_suffix(".py")]


def _assigned(text: str) -> tuple[str, str]:
    found = _ASSIGNMENT.fullmatch(text.strip())
    if found is None:
        raise Wrong(f"{text} is not NAME=value")
    return found[1], found[2].strip("'")


def _must_be_there(paths: Collection[str]) -> None:
    if missing := [path for path in paths if not (ROOT / path).exists()]:
        raise Wrong(f"there is no {missing}")
