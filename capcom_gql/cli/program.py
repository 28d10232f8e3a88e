"""The program `capcom`: its commands, and how their errors are printed."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from capcom_gql import __version__
from capcom_gql.cli.clock import clock
from capcom_gql.cli.demo import demo
from capcom_gql.cli.doctor import doctor
from capcom_gql.cli.export import export
from capcom_gql.cli.failures import sentences_of
from capcom_gql.cli.import_organisations import imports
from capcom_gql.cli.keys import key
from capcom_gql.cli.letters import letters
from capcom_gql.cli.person import person
from capcom_gql.cli.plans import plan
from capcom_gql.cli.plugins import plugins
from capcom_gql.cli.retention import retention
from capcom_gql.cli.schema import migrate, schema
from capcom_gql.cli.screen import note
from capcom_gql.cli.serve import serve
from capcom_gql.cli.simulate import simulate
from capcom_gql.cli.staff import staff
from capcom_gql.cli.terms_of_use import terms
from capcom_gql.cli.tick import tick
from capcom_gql.cli.worker import worker

TRACEBACK = "--traceback"
"""The option with which an error is printed as a traceback."""

program = typer.Typer(
    name="capcom",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings come from the environment (CAPCOM_...) or a .env file. Begin with: capcom demo",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@program.callback()
def capcom(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    traceback: Annotated[
        bool, typer.Option(TRACEBACK, help="Print the traceback of an error, for a bug report.")
    ] = False,
) -> None:
    """Collective subscriptions over GraphQL: one per organisation, several users, discounts at events."""


program.command(short_help="Serve the API, with its worker.", epilog="Example: capcom serve --port 8080")(serve)
program.command(short_help="Serve an invented network, to try it out.", epilog="Example: capcom demo")(demo)
program.command(short_help="Do what is due, once.", epilog="Example: capcom tick --until-idle")(tick)
program.command(
    short_help="Play years of an invented network in seconds.",
    epilog="Example: capcom simulate --years 2 --organisations 200",
)(simulate)
program.command(
    short_help="Do the work of servers that only answer requests.", epilog="Example: capcom worker --processes 2"
)(worker)
program.add_typer(clock, name="clock")
program.command(short_help="Migrate the database to this version.", epilog="Example: capcom migrate")(migrate)
program.command(short_help="Print the API's schema.", epilog="Example: capcom schema > schema.graphql")(schema)
program.add_typer(staff, name="staff")
program.add_typer(key, name="key")
program.add_typer(plan, name="plan")
program.add_typer(terms, name="terms")
program.add_typer(person, name="person")
program.add_typer(imports, name="import")
program.add_typer(export, name="export")
program.add_typer(plugins, name="plugins")
program.command(
    short_help="Preview any letter, about invented facts.", epilog="Example: capcom letters welcome --locale en --html"
)(letters)
program.command(short_help="Delete what is past its retention time.", epilog="Example: capcom retention --dry-run")(
    retention
)
program.command(short_help="Check settings and all parts, and say what to do.", epilog="Example: capcom doctor")(doctor)


def main() -> NoReturn:
    """Run the command line of this process. Exits with 0 (done), 1 (refused, with a sentence) or 2 (wrong usage)."""
    # what a command writes is for its own account: databases, mails, exports
    os.umask(0o077)
    try:
        program(prog_name="capcom")
    except Exception as error:
        if TRACEBACK in sys.argv[1:2]:
            raise
        for sentence in sentences_of(error):
            note(sentence)
    sys.exit(1)
