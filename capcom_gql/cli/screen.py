"""Output of commands: data on standard output, notes about it on standard error."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from unicodedata import category

# control characters, and those of format, which turn the direction of text or cannot be seen
_CONTROLS = frozenset({"Cc", "Cf"})


def note(sentence: str) -> None:
    """Print a sentence about the data on standard error."""
    print(f"capcom: {printable(sentence)}", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    r"""The text with its control characters escaped as \u001b, but for line breaks and tabs.

    What strangers have written is printed too, and a terminal would obey it.
    """
    return "".join(each if each in "\n\t" or category(each) not in _CONTROLS else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    # as JSON has it, so that a JSON document stays one; json.dumps itself leaves DEL as it is
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def show(line: str) -> None:
    """Print a line of data on standard output."""
    print(printable(line), flush=True)


def show_json(value: object) -> None:
    """Print a JSON document on standard output."""
    print(printable(json.dumps(value, ensure_ascii=False, indent=2)), flush=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on a terminal; elsewhere lines of fields separated by tabs, under a line of column names."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            show("\t".join(" ".join(field.split()) for field in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console = Console()
    cells = list(zip(columns, *rows, strict=True))
    # columns of single words are not wrapped if that leaves room for the others; nothing is ever cut off
    single = [index for index, column in enumerate(cells) if not any(" " in cell for cell in column)]
    whole = single if sum(max(map(len, cells[index])) for index in single) <= console.width * 2 // 3 else []
    heads = [Column(name, overflow="fold", no_wrap=index in whole) for index, name in enumerate(columns)]
    table = Table(*heads, box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)


def counted(number: int, thing: str) -> str:
    """A count with its noun, such as "1 row" or "3 rows"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def in_json(instant: datetime | None) -> str | None:
    """A UTC instant in RFC 3339 with Z, as in the API."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
