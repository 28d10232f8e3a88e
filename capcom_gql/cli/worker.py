"""`capcom worker`: run worker processes by Dramatiq's command line."""

from typing import Annotated

import typer

STOPS_WITHIN_MS = 8000
"""Milliseconds that Dramatiq waits for a process to stop."""


def worker(
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes.")] = 2,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many letters each sends at once.")] = 8,
) -> None:
    """Record the steps that are due and send the letters, for servers on this database. SIGTERM or Ctrl-C stops it.

    With CAPCOM_BROKER_URL, `capcom serve --api-only` wakes the workers through the broker; without it they look for
    work every second. Any number may run.
    """
    from dramatiq.cli import main, make_argument_parser

    from capcom_gql.settings import load

    # so that faulty settings are refused here, and not in each process
    load()
    arguments = ["capcom_gql.workers.start", "--processes", str(processes), "--threads", str(threads)]
    arguments += ["--skip-logging", "--worker-shutdown-timeout", str(STOPS_WITHIN_MS)]
    # Dramatiq's command line is not annotated
    parser = make_argument_parser()  # type: ignore[no-untyped-call]
    raise typer.Exit(main(parser.parse_args(arguments)))  # type: ignore[no-untyped-call]
