"""`capcom clock`: show or move the product's clock of a database, for all of its processes. Not in production."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capcom_gql.settings import Settings

clock = typer.Typer(no_args_is_help=True, help="Show or move the product's clock.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Even to before something that is recorded.")]


@clock.command(epilog="Example: capcom clock show")
def show(as_json: AsJson = False) -> None:
    """Print the time of the product's clock, in the operator's zone, and its offset from the real time."""
    from capcom_gql.settings import load

    asyncio.run(_move(load(), None, as_json=as_json))


@clock.command("set", epilog="Example: capcom clock set 2027-03-01")
def set_(
    when: Annotated[
        str,
        typer.Argument(
            metavar="WHEN", help="A day (noon of it, in the operator's zone), or an exact RFC 3339 instant."
        ),
    ],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Set the product's clock. All processes on this database follow at once."""
    from capcom_gql.cli.moments import read_instant
    from capcom_gql.storage.product_clock import set_product_clock

    settings = _settings()
    try:
        instant = read_instant(when, settings.zone)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    asyncio.run(_move(settings, lambda: set_product_clock(instant, force=force), as_json=as_json))


@clock.command(epilog="Example: capcom clock advance 15d")
def advance(
    duration: Annotated[
        str, typer.Argument(metavar="DURATION", help="Weeks, days, hours, minutes: 2w, 15d, 36h, 1d12h, 90m.")
    ],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Move the product's clock ahead. Weeks and days keep the hour in the operator's zone."""
    from capcom_gql import clock as real_clock
    from capcom_gql.cli.moments import later
    from capcom_gql.storage.product_clock import product_now, set_product_clock

    settings = _settings()
    try:
        later(real_clock.utc_now(), duration, settings.zone)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    async def move() -> None:
        await set_product_clock(later(await product_now(), duration, settings.zone), force=force)

    asyncio.run(_move(settings, move, as_json=as_json))


@clock.command(epilog="Example: capcom clock reset")
def reset(force: Force = False, as_json: AsJson = False) -> None:
    """Let the product's clock follow the real clock again."""
    from capcom_gql.storage.product_clock import reset_product_clock

    asyncio.run(_move(_settings(), lambda: reset_product_clock(force=force), as_json=as_json))


def _settings() -> "Settings":
    from capcom_gql.cli.failures import Stop
    from capcom_gql.settings import load

    settings = load()
    if settings.is_production:
        raise Stop("The clock is not moved in production. CAPCOM_ENV=development allows it, on a database of its own.")
    return settings


async def _move(settings: "Settings", move: Callable[[], Awaitable[None]] | None, *, as_json: bool) -> None:
    from capcom_gql.cli.database import database
    from capcom_gql.cli.failures import Stop
    from capcom_gql.storage.product_clock import clock_offset, product_now

    async with database(settings):
        if move is not None:
            try:
                await move()
            except ValueError as error:
                raise Stop(str(error)) from None
        ahead, now = await clock_offset(), await product_now()
    _show_clock(settings, now, ahead.total_seconds(), as_json=as_json)


def _show_clock(settings: "Settings", now: datetime, ahead: float, *, as_json: bool) -> None:
    from capcom_gql.cli import screen

    local = now.astimezone(settings.zone)
    if as_json:
        screen.show_json(
            {
                "now": screen.in_json(now),
                "local": local.isoformat(),
                "time_zone": settings.time_zone,
                "offset_seconds": ahead,
            }
        )
    else:
        screen.show(f"{local:%Y-%m-%d %H:%M:%S} {settings.time_zone} ({_offset_text(ahead)})")


def _offset_text(seconds: float) -> str:
    if round(seconds) == 0:
        return "the real time"
    minutes, _ = divmod(round(abs(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return f"{' '.join(parts) or 'less than a minute'} {'ahead of' if seconds > 0 else 'behind'} the real time"
