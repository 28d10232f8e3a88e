"""Writes docs/commands.md from the program itself; tests/test_house.py holds the page to it.

python -m tests.commands_page > docs/commands.md
"""

import inspect
from collections.abc import Iterator

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from capcom_gql.cli.program import program

HEAD = """# Commands

For everybody who runs `capcom`: each command with its arguments and options, as `capcom COMMAND --help` prints them.
This page is written by `python -m tests.commands_page > docs/commands.md`.

Every command ends with exit status 0 (done), 1 (refused, with a sentence that says what to do) or 2 (wrong usage).
Settings come from the environment (`CAPCOM_...`) or a `.env` file; `capcom --traceback COMMAND` shows where a command
failed, for a report to its authors.
"""


def page() -> str:
    """The whole page."""
    root = typer.main.get_command(program)
    return HEAD + "".join(f"\n{section}" for section in _sections(root, "capcom"))


def commands(command: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
    """Every command that does something, with the words that call it, in the order of the help."""
    if isinstance(command, TyperGroup):
        for word, each in command.commands.items():
            yield from commands(each, f"{name} {word}")
    if isinstance(command, TyperCommand):
        yield name, command


def _sections(root: object, name: str) -> Iterator[str]:
    for words, command in commands(root, name):
        rows = [_row(each, typer.Context(command)) for each in command.params]
        table = ["| argument or option | default | what it is |", "|---|---|---|", *rows] if rows else []
        text = inspect.cleandoc(command.help or command.short_help or "")
        parts = [f"## {words}", text, "\n".join(table), command.epilog or ""]
        yield "\n\n".join(part for part in parts if part) + "\n"


def _row(parameter: object, context: typer.Context) -> str:
    assert isinstance(parameter, TyperArgument | TyperOption), "a command has arguments and options"
    is_argument = isinstance(parameter, TyperArgument)
    name = str(parameter.name).upper() if is_argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
    default = parameter.get_default(context, call=False)
    shown = "" if default in (None, False, True, "", (), []) else f"`{default}`"
    text = " ".join((parameter.help or "").split())
    return f"| `{name}` | {'required' if parameter.required else shown} | {text} |".replace("|  |", "| |")


if __name__ == "__main__":
    print(page(), end="")
