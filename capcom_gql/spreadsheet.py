"""Tables as a spreadsheet opens them: one line of CSV for each row, with no cell that would run as a formula.

A cell that begins with = + - @, a tab or a line break (after any spaces or apostrophes, full-width forms too) gets an
apostrophe in front, as OWASP advises; `unguarded` takes that one apostrophe away again, so nothing is lost on the way
back. Lines end as in RFC 4180.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from capcom_gql.currencies import in_figures

BOM = b"\xef\xbb\xbf"
"""What tells a spreadsheet that a file is UTF-8."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of minor units of a currency."""

    minor: int
    currency: str


Cell = str | int | bool | date | datetime | Amount | None

_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r\n]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of which `guarded` made this cell; any other cell is its own text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def spaced_siret(siret: str | None) -> str | None:
    """A SIRET as it is written, in groups, which no spreadsheet takes for a number and cuts short."""
    return None if siret is None else f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"


def line_of(cells: Iterable[Cell], separator: str) -> bytes:
    """One line of a table, in UTF-8 with its end. Days are ISO 8601, instants RFC 3339 in UTC, answers yes and no.

    Amounts have a decimal comma where ; separates the cells, as a French spreadsheet reads them, else a point.
    """
    written = io.StringIO()
    texts = [_text(cell, separator) for cell in cells]
    csv.writer(written, delimiter=separator, lineterminator="\r\n").writerow(texts)
    return written.getvalue().encode("utf-8")


def _text(cell: Cell, separator: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Amount):
        return in_figures(cell.minor, cell.currency, "," if separator == ";" else ".")
    return guarded(cell) if isinstance(cell, str) else str(cell)
