"""Read a CSV table as spreadsheets write it: its encoding, its separator, and its lines with their numbers.

Accepted are UTF-8 with or without BOM, UTF-16 with one and windows-1252; cells separated by semicolons, commas or tabs,
quoted where they contain a separator, a quotation mark or a line break. The first line names the columns.
"""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from capcom_gql.services.importing.columns import COLUMNS, ONLY_WRITTEN, column_of, label_of
from capcom_gql.spreadsheet import unguarded

SEPARATORS = (";", ",", "\t")
"""What may separate the cells of a line."""
MAX_BYTES = 20_000_000
"""The most bytes of a file."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""The first bytes of the files of spreadsheet programs themselves."""
_FAILED = re.compile(r"##+|#N/[AD]|#[A-Z0-9/ ]+[!?]")
"""What a spreadsheet saves where a formula failed (#N/A, #REF!, #NOM?), or a column was too narrow (#######)."""
MAX_SHOWN = 200
"""The most characters of unknown headings in a message."""


class BadTable(ValueError):
    """A file that is not a table of subscribers; the text says why and what to do about it."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table that is not empty."""

    number: int
    """as spreadsheets count lines: from 1, a cell with line breaks is on one line"""
    cells: Mapping[str, str]
    """the texts of its cells by column"""
    failed: frozenset[str] = frozenset()
    """the columns in which the spreadsheet wrote an error; their cells count as empty"""
    surplus: bool = False
    """whether it has cells beyond the last column"""


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file."""

    headings: Mapping[str, str]
    """its headings by the names of the columns"""
    lines: tuple[TableRow, ...]
    unread: tuple[str, ...] = ()
    """the headings that name no column"""


def read_table(content: bytes) -> Table:
    """The table in the bytes of a file. Raises BadTable."""
    if len(content) > MAX_BYTES:
        raise BadTable(f"The file has more than {MAX_BYTES // 1_000_000} megabytes. Divide it.")
    text = _decoded(content)
    separator, skipped = _separator(text)
    records = (record for record in _records(text, separator) if any(cell.strip() for cell in record[1]))
    for _ in range(skipped):
        next(records)
    names, headings, unread = _columns(next(records, (0, []))[1])
    # spreadsheets do not show the line that declares the separator, nor count it
    read = (_line(number - skipped, cells, names) for number, cells in records)
    # a line with text in unread columns only is a remark
    lines = tuple(line for line in read if line.surplus or line.failed or any(line.cells.values()))
    if not lines:
        raise BadTable("The file has the names of columns and no line under them.")
    return Table(headings, lines, unread)


def _decoded(content: bytes) -> str:
    if content.startswith(_ARCHIVES):
        raise BadTable("This is a spreadsheet's own file. Save it as CSV UTF-8 (separated by ;) and give that.")
    try:
        if content.startswith(_UTF_16):
            text = content.decode("utf-16")
        else:
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = content.decode("windows-1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadTable(f"Line {line} is neither UTF-8 nor windows-1252. Save the file as CSV UTF-8.") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BadTable(f"Line {line} has a NUL character. Save the file as CSV UTF-8.")
    if not text.strip():
        raise BadTable("The file is empty.")
    return text


def _separator(text: str) -> tuple[str, int]:
    """What separates the cells, and how many lines come before the headings: one where "sep=" declares it."""
    if text[:4].lower() == "sep=" and text[4:5] in SEPARATORS:
        return text[4], 1
    known = {separator: _known(text, separator) for separator in SEPARATORS}
    return max(known, key=lambda separator: known[separator]), 0


def _known(text: str, separator: str) -> int:
    """How many known columns the first line names if this is the separator."""
    try:
        cells = next(cells for _, cells in _records(text, separator) if any(cell.strip() for cell in cells))
    except (BadTable, StopIteration):
        return 0
    return sum(column_of(cell) is not None for cell in cells)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for number in itertools.count(1):
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadTable(
                f"From line {begins} on the file cannot be read ({error}). A quotation mark that opens a cell must be "
                "closed before the next separator; inside the cell it is doubled."
            ) from None
        yield number, cells


def _columns(cells: Sequence[str]) -> tuple[list[str | None], dict[str, str], tuple[str, ...]]:
    """The column at each place, the file's heading of each, and the headings that are not read."""
    names: list[str | None] = []
    headings: dict[str, str] = {}
    unread = []
    for cell in cells:
        column, heading = column_of(cell), " ".join(cell.split())
        names.append(None if column is None else column.name)
        if column is None:
            if heading and heading not in ONLY_WRITTEN:
                unread.append(heading)
        elif column.name in headings:
            raise BadTable(f"Two columns are the same: {headings[column.name]!r} and {heading!r}. Leave one out.")
        else:
            headings[column.name] = heading
    missing = [label_of(column) for column in COLUMNS if column.required and column.name not in headings]
    if missing:
        others = f" Not known: {', '.join(unread)[:MAX_SHOWN]}." if unread else ""
        raise BadTable(
            f"The first line must name the columns, with no title above it. Missing: {', '.join(missing)}.{others} "
            "`capcom import columns` lists them."
        )
    return names, headings, tuple(unread)


def _line(number: int, cells: Sequence[str], names: Sequence[str | None]) -> TableRow:
    found = {name: unguarded(cell).strip() for name, cell in zip(names, cells, strict=False) if name is not None}
    failed = frozenset(name for name, text in found.items() if _FAILED.fullmatch(text))
    found |= dict.fromkeys(failed, "")
    return TableRow(number, found, failed, any(cell.strip() for cell in cells[len(names) :]))
