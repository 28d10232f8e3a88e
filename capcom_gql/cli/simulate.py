"""`capcom simulate`: play years of an invented network in seconds, by the product's own rules, commands and letters."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from capcom_gql.cli.simulation.run import SimulationInput, SimulationOutcome


def simulate(
    years: Annotated[int, typer.Option(min=1, max=10, help="How many years to play.")] = 2,
    organisations: Annotated[
        int, typer.Option(min=1, max=2000, help="How many organisations sign up, most of them in the first months.")
    ] = 200,
    seed: Annotated[
        int, typer.Option(help="The seed of all random choices: the same seed gives the same figures.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Keep the database in this folder; by default a temporary one, removed at the end."),
    ] = None,
) -> None:
    """Play years of an invented network day by day, print its figures by month, and check that the rules held.

    Every command, step of the calendar and letter is the product's own, with the settings of this installation, on a
    scratch database; letters are not sent to anyone. Exit status 1 if an invariant does not hold. Only the scratch
    database is changed, so it may run in production too.
    """
    from capcom_gql.cli.scratch import scratch_folder
    from capcom_gql.cli.screen import note, show, show_json
    from capcom_gql.cli.simulation.report import as_json as data_of
    from capcom_gql.cli.simulation.report import as_text, sentences_of
    from capcom_gql.cli.simulation.run import SimulationInput

    with scratch_folder("simulate", data_dir) as folder:
        outcome = _play(folder, SimulationInput(years, organisations, seed))
    if as_json:
        show_json(data_of(outcome))
    else:
        show(as_text(outcome))
    note(_times(outcome))
    for sentence in sentences_of(outcome.broken):
        note(sentence)
    if outcome.broken:
        raise typer.Exit(1)


def _play(folder: Path, parameters: "SimulationInput") -> "SimulationOutcome":
    import uvloop

    from capcom_gql.cli.simulation.run import simulate as play
    from capcom_gql.logs import to_standard_error
    from capcom_gql.settings import load

    settings = load().model_copy(update={"data_dir": folder, "database_url": ""})
    to_standard_error(as_objects=settings.is_production)
    with _progress(parameters) as on_day:
        return uvloop.run(play(settings, parameters, on_day))


@contextlib.contextmanager
def _progress(parameters: "SimulationInput") -> Iterator[Callable[["date"], None]]:
    """A progress bar on standard error if that is a terminal; otherwise nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(parameters.days))

        def on_day(day: "date") -> None:
            progress.update(bar, advance=1, description=f"{day:%Y-%m}")

        yield on_day


def _times(outcome: "SimulationOutcome") -> str:
    longest_first = sorted(outcome.seconds.items(), key=lambda part: -part[1])
    parts = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in longest_first)
    return f"played {len(outcome.parameters.days)} days; {parts}; {outcome.processor_seconds:.1f} s of processor in all"
