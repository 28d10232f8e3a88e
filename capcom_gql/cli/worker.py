"""`capcom worker`: the processes that record what is due and send the letters, by Dramatiq's own command line."""

from typing import Annotated

import typer

STOPS_WITHIN_MS = 8000


def worker(
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes.")] = 2,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many letters each sends at once.")] = 8,
) -> None:
    """Work for the servers on this database: record what is due, send the letters. SIGTERM or Ctrl-C stops it.

    CAPCOM_BROKER_URL names the broker that brings work from `capcom serve --api-only` at once; without one the workers
    look for it every second. As many as wanted may run.
    """
    from dramatiq.cli import main, make_argument_parser

    from capcom_gql.settings import load

    # refused here, with its sentences, rather than in each process
    load()
    arguments = ["capcom_gql.workers.start", "--processes", str(processes), "--threads", str(threads)]
    arguments += ["--skip-logging", "--worker-shutdown-timeout", str(STOPS_WITHIN_MS)]
    # Dramatiq has not annotated its command line
    parser = make_argument_parser()  # type: ignore[no-untyped-call]
    raise typer.Exit(main(parser.parse_args(arguments)))  # type: ignore[no-untyped-call]
