"""`capcom export`: lists as CSV that spreadsheet programs open directly."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from capcom_gql.runtime import Runtime
    from capcom_gql.spreadsheet import Cell

    Rows = Callable[[Runtime], AsyncIterator[Sequence[Cell]]]

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write to this file, which is replaced only when the list is complete; by default standard output.",
    ),
]
Separator = Annotated[str, typer.Option(help="The separator between cells: ; or , or tab.")]

_SEPARATORS = {";": ";", ",": ",", "tab": "\t", "\t": "\t", "semicolon": ";", "comma": ","}

export = typer.Typer(no_args_is_help=True, help="Lists as CSV, for a spreadsheet.")


@export.command(
    short_help="Every organisation, by name.", epilog="Example: capcom export organisations --out organisations.csv"
)
def organisations(out: Out = None, separator: Separator = ";") -> None:
    """Every organisation, by name: its data, its term, its proof, its manager."""
    from capcom_gql.services.exporting.export_subscribers import ORGANISATION_COLUMNS, organisation_rows

    _export(ORGANISATION_COLUMNS, organisation_rows, out, separator)


@export.command(short_help="Every user and their number.", epilog="Example: capcom export seats --out users.csv")
def seats(out: Out = None, separator: Separator = ";") -> None:
    """Every user with an active seat and their number, by organisation; `capcom import organisations` reads it."""
    from capcom_gql.services.exporting.export_subscribers import SEAT_COLUMNS, seat_rows

    _export(SEAT_COLUMNS, seat_rows, out, separator)


@export.command(
    short_help="Every discount that was used.",
    epilog="Example: capcom export redemptions --to-reinvoice --out to-invoice.csv",
)
def redemptions(
    to_reinvoice: Annotated[
        bool, typer.Option("--to-reinvoice", help="Only those whose term was cancelled before its proof came.")
    ] = False,
    out: Out = None,
    separator: Separator = ";",
) -> None:
    """Every discount that was used, newest first."""
    from capcom_gql.services.exporting.export_redemptions import REDEMPTION_COLUMNS, redemption_rows

    _export(REDEMPTION_COLUMNS, lambda runtime: redemption_rows(runtime, to_reinvoice=to_reinvoice), out, separator)


@export.command(short_help="Every letter, newest first.", epilog="Example: capcom export deliveries --out letters.csv")
def deliveries(out: Out = None, separator: Separator = ";") -> None:
    """Every letter, newest first: to whom, about what, and what became of it."""
    from capcom_gql.services.exporting.export_deliveries import DELIVERY_COLUMNS, delivery_rows

    _export(DELIVERY_COLUMNS, lambda runtime: delivery_rows(), out, separator)


def _export(columns: Sequence[str], rows: "Rows", out: Path | None, separator: str) -> None:
    from capcom_gql.cli.screen import counted, note

    known = _SEPARATORS.get(separator.lower())
    if known is None:
        raise typer.BadParameter(f"{separator!r} is none of ; , tab.", param_hint="--separator")
    with _opened(out) as file:
        count = asyncio.run(_write(columns, rows, file, known))
    if out is not None:
        note(f"{out}: {counted(count, 'row')}")


async def _write(columns: Sequence[str], rows: "Rows", file: BinaryIO, separator: str) -> int:
    """Write row by row, so that a long list is never in memory as a whole. Returns the number of rows."""
    from capcom_gql.cli.database import database
    from capcom_gql.runtime import runtime_from
    from capcom_gql.settings import load
    from capcom_gql.spreadsheet import BOM, line_of

    settings = load()
    count = 0
    async with database(settings):
        file.write(BOM + line_of(columns, separator))
        async for row in rows(runtime_from(settings, ())):
            file.write(line_of(row, separator))
            count += 1
    file.flush()
    return count


@contextlib.contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that replaces an existing one only when it is complete.

    A pipe or a device is written to directly. Raises Stop if `out` cannot be a file.
    """
    from capcom_gql.cli.failures import Stop

    if out is None:
        yield sys.stdout.buffer
        return
    target = Path(os.path.realpath(out))
    if target.is_dir() or target.is_symlink() or not target.parent.is_dir():
        raise Stop(f"{out} cannot be written. Give --out a file in a folder that exists.")
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
