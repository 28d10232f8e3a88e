"""`capcom plugins`: the channels by which letters are sent."""

from typing import Annotated

import typer

from capcom_gql.cli.plugins_check import check
from capcom_gql.cli.plugins_new import new
from capcom_gql.cli.plugins_send_test import send_test

plugins = typer.Typer(no_args_is_help=True, help="The channels by which letters are sent.")


@plugins.callback()
def _group() -> None:
    """Makes typer keep the group even if it has only one command."""


@plugins.command("list", epilog="Example: capcom plugins list --json")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print every channel that was found, and for one that is not ACTIVE why and what to do."""
    from capcom_gql.cli.screen import note, show_json, show_table
    from capcom_gql.logs import to_standard_error
    from capcom_gql.notifiers import loader
    from capcom_gql.settings import load

    settings = load()
    to_standard_error(as_objects=settings.is_production)
    registry = loader.load(settings)
    try:
        entries = registry.entries
        for warning in registry.warnings:
            note(warning)
    finally:
        registry.close()
    if as_json:
        show_json(
            [
                {
                    "name": each.name,
                    "distribution": each.distribution,
                    "version": each.version,
                    "state": each.state.value,
                    "reason": each.reason,
                    "addressKind": each.address_kind,
                    "configSchema": each.config_schema,
                }
                for each in entries
            ]
        )
        return
    show_table(
        ("channel", "state", "addresses", "from", "why not"),
        [
            (
                each.name,
                each.state.value,
                each.address_kind,
                " ".join(filter(None, (each.distribution, each.version))),
                each.reason or "",
            )
            for each in entries
        ],
    )


plugins.command(epilog="Example: capcom plugins check email")(check)
plugins.command(epilog="Example: capcom plugins new matrix --into ~/code")(new)
plugins.command(epilog="Example: capcom plugins send-test email ana@ville.example")(send_test)
