"""`capcom import`: import existing subscribers from a spreadsheet."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capcom_gql.services.importing.import_organisations import ImportOptions, Outcome, Result
    from capcom_gql.services.importing.read_table import Table
    from capcom_gql.settings import Settings

imports = typer.Typer(no_args_is_help=True, help="Import existing subscribers from a spreadsheet.")


@imports.command(
    short_help="Import organisations with their users.",
    epilog="Example: capcom import organisations subscribers.csv --dry-run",
)
def organisations(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="A CSV file from a spreadsheet, with a line for each user.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every line and print the same, without writing anything.")
    ] = False,
    welcome: Annotated[
        bool, typer.Option("--welcome", help="Mail every user their number and a link to choose a password.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what became of each organisation, as JSON.")] = False,
) -> None:
    """Import organisations that subscribe already, with their terms, proofs, users and numbers.

    Each organisation is imported as a whole or not at all: a fault in one of its lines keeps it out, and the others are
    imported. One that exists already is skipped, so correct the faults and run it again. Nobody is mailed unless
    --welcome is given, which also reaches users of an earlier run who had no welcome yet.
    `capcom import columns` lists the columns. Exit status 1 if something was refused.
    """
    from capcom_gql.cli.screen import note, show, show_json
    from capcom_gql.services.importing.import_organisations import ImportOptions, Outcome
    from capcom_gql.settings import load

    table = _read(file)
    for heading in table.unread:
        note(f"column {heading!r} is unknown and is ignored")
    results = asyncio.run(_import(load(), table, ImportOptions(dry_run, welcome)))
    if as_json:
        show_json(_as_json(results, table, dry_run=dry_run))
    else:
        for sentence in _sentences(results, table):
            show(sentence)
    for sentence in _summary(results, dry_run=dry_run, welcome=welcome):
        note(sentence)
    if any(result.outcome is Outcome.REFUSED for result in results):
        raise typer.Exit(1)


@imports.command(epilog="Example: capcom import columns")
def columns(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the columns that `import organisations` reads. The first line of the file names them, in any order."""
    from capcom_gql.cli.screen import show_json, show_table
    from capcom_gql.services.importing.columns import COLUMNS
    from capcom_gql.services.importing.vocabulary import headings_of

    if as_json:
        show_json(
            [
                {
                    "name": column.name,
                    "required": column.required,
                    "ofUser": column.of_user,
                    "meaning": column.meaning,
                    "headings": list(headings_of(column.name)),
                }
                for column in COLUMNS
            ]
        )
        return
    show_table(
        ("column", "required", "of the", "meaning", "other headings"),
        [
            (
                column.name,
                "yes" if column.required else "",
                "user" if column.of_user else "organisation",
                column.meaning,
                ", ".join(headings_of(column.name)),
            )
            for column in COLUMNS
        ],
    )


def _read(file: Path) -> "Table":
    """The table of a file. Raises Stop if it cannot be read as one, OSError if the file cannot be opened."""
    from capcom_gql.cli.failures import Stop
    from capcom_gql.services.importing.read_table import MAX_BYTES, BadTable, read_table

    try:
        with file.open("rb") as opened:
            return read_table(opened.read(MAX_BYTES + 1))
    except BadTable as error:
        raise Stop(f"{file}: {error}") from None


async def _import(settings: "Settings", table: "Table", options: "ImportOptions") -> "list[Result]":
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.services.importing.import_organisations import import_organisations

    async with installation(settings) as runtime:
        with _progress() as on_organisation:
            return await import_organisations(runtime, COMMAND_LINE, table, options, on_organisation)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error if that is a terminal; otherwise nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bars = (TextColumn("organisations"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bars, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=None)

        def on_organisation(done: int, count: int) -> None:
            progress.update(bar, completed=done, total=count)

        yield on_organisation


def _sentences(results: "Sequence[Result]", table: "Table") -> list[str]:
    """A sentence for each fault, in the order of the lines: where it is, and what to do."""
    from capcom_gql.languages.locales import ENGLISH
    from capcom_gql.languages.sentences import refusal_sentence

    faults = sorted((fault for result in results for fault in result.faults), key=lambda each: each.line)
    return [f"{_place(fault.line, fault.column, table)}: {refusal_sentence(fault.fault, ENGLISH)}" for fault in faults]


def _place(line: int, column: str, table: "Table") -> str:
    """The line, and the file's heading of the column; for a missing column, the name that it should have."""
    from capcom_gql.services.importing.columns import BY_NAME, label_of

    if not column:
        return f"line {line}"
    heading = table.headings.get(column)
    return f"line {line}, {heading or f'missing column {label_of(BY_NAME[column])}'}"


def _as_json(results: "Sequence[Result]", table: "Table", *, dry_run: bool) -> dict[str, object]:
    from capcom_gql.languages.locales import ENGLISH
    from capcom_gql.languages.sentences import refusal_sentence

    return {
        "dryRun": dry_run,
        "organisations": [
            {
                "name": result.name,
                "lines": list(result.lines),
                "outcome": result.outcome.value,
                "welcomed": result.welcomed,
                "faults": [
                    {
                        "line": each.line,
                        "column": table.headings.get(each.column, each.column) or None,
                        "code": each.fault.code.value,
                        "message": refusal_sentence(each.fault, ENGLISH),
                    }
                    for each in result.faults
                ],
            }
            for result in results
        ],
    }


def _summary(results: "Sequence[Result]", *, dry_run: bool, welcome: bool) -> Iterator[str]:
    """How many organisations were imported, existed already or were refused, and who is mailed."""
    from capcom_gql.cli.screen import counted
    from capcom_gql.services.importing.import_organisations import Outcome

    def all_of(outcome: "Outcome") -> str:
        of_it = [result for result in results if result.outcome is outcome]
        return f"{len(of_it)} ({counted(sum(len(result.lines) for result in of_it), 'user')})"

    yield (
        f"organisations imported: {all_of(Outcome.IMPORTED)}; there already: {all_of(Outcome.THERE_ALREADY)}; "
        f"refused: {all_of(Outcome.REFUSED)}"
    )
    imported = [result for result in results if result.outcome is Outcome.IMPORTED]
    if welcome:
        yield f"users mailed a welcome: {sum(result.welcomed for result in results)}"
    elif imported:
        yield (
            "nobody is mailed a welcome; with --welcome, now or in a later run of this file, every user gets their "
            "number and a link to choose a password, once"
        )
    if due := sum(result.calendar_writes for result in imported):
        yield f"{due} of them with a renewal or a proof to ask for: the calendar mails the latest letter that is due"
    if dry_run:
        yield "dry run: nothing is written"
