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
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def in_json(instant: datetime | None) -> str | None:
    """An instant as the API writes it."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
