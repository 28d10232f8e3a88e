"""What commands print: data on standard output, words about it on standard error."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime


def note(sentence: str) -> None:
    """A sentence beside the data."""
    print(f"capcom: {sentence}", file=sys.stderr, flush=True)


def show(line: str) -> None:
    """A line of data."""
    print(line, flush=True)


def show_json(value: object) -> None:
    """A JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for a reader; for a pipe, lines of fields separated by tabs under a line of names."""
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
    # columns of single words stay whole where that leaves room for the others; nothing is ever cut short
    words = [index for index, column in enumerate(cells) if not any(" " in cell for cell in column)]
    whole = words if sum(max(map(len, cells[index])) for index in words) <= console.width * 2 // 3 else []
    heads = [Column(name, overflow="fold", no_wrap=index in whole) for index, name in enumerate(columns)]
    table = Table(*heads, box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def counted(number: int, thing: str) -> str:
    """Such as "1 row" or "3 rows"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def in_json(instant: datetime | None) -> str | None:
    """An instant as the API writes it."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
