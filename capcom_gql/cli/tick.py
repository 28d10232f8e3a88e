"""`capcom tick`: record and send what is due, once."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capcom_gql.settings import Settings

LOOK_AGAIN = 0.05
"""Seconds between two looks at what another process is working on."""


def tick(
    until_idle: Annotated[
        bool,
        typer.Option(
            "--until-idle", help="Continue until nothing is due at the present instant of the product's clock."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Record the steps that are due and send the letters that are due, then exit. May run while a server runs."""
    from capcom_gql.cli.screen import show, show_json
    from capcom_gql.logs import to_standard_error
    from capcom_gql.settings import load

    settings = load()
    to_standard_error(as_objects=settings.is_production)
    steps, deliveries = asyncio.run(_tick(settings, until_idle=until_idle))
    if as_json:
        show_json({"steps": steps, "deliveries": deliveries})
    else:
        show(f"{steps} step{_s(steps)} recorded, {deliveries} deliver{_ies(deliveries)} tried")


async def _tick(settings: "Settings", *, until_idle: bool) -> tuple[int, int]:
    from capcom_gql.cli.database import database
    from capcom_gql.delivery.leases import release_held
    from capcom_gql.notifiers.loader import load
    from capcom_gql.runtime import close_channels, runtime_of
    from capcom_gql.services.tick import is_leased_elsewhere, tick

    registry = load(settings)
    try:
        async with database(settings):
            runtime = runtime_of(settings, registry)
            await release_held(runtime)
            steps, deliveries = await tick(runtime, registry, until_idle=until_idle)
            while until_idle and await is_leased_elsewhere():
                await asyncio.sleep(LOOK_AGAIN)
                more_steps, more_deliveries = await tick(runtime, registry, until_idle=True)
                steps, deliveries = steps + more_steps, deliveries + more_deliveries
            return steps, deliveries
    finally:
        await close_channels(registry)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _ies(count: int) -> str:
    return "y" if count == 1 else "ies"
