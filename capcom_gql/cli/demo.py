"""`capcom demo`: a server with an invented network in a database of its own, and what is needed to try it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket

    from capcom_gql.cli.demo_script import DemoFacts
    from capcom_gql.settings import Settings

USUAL_PORT = 8000
"""The port if none is given and this one is free."""


def demo(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=f"The port; by default {USUAL_PORT}, or a free one.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the demo in this folder; by default a temporary one, removed at the end.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is needed to try it as JSON.")] = False,
) -> None:
    """Serve an invented network, and print addresses, tokens, a first query and the commands that move its clock.

    Its database is its own, whatever CAPCOM_DATABASE_URL says. The last line is `ready URL`. Ctrl-C stops it.
    """
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.listening import run
    from capcom_gql.cli.scratch import scratch_folder
    from capcom_gql.logs import to_standard_error
    from capcom_gql.settings import load

    caller_settings = load()
    if caller_settings.is_production:
        raise Stop("There is no demo in production. CAPCOM_ENV=development allows it; it changes no other database.")
    to_standard_error(as_objects=caller_settings.is_production)
    listener = _listen(host, port)
    with scratch_folder("demo", data_dir) as folder:
        run(_demo(caller_settings, folder, listener, is_kept=data_dir is not None, as_json=as_json))


def _listen(host: str, port: int | None) -> "socket.socket":
    from capcom_gql.cli.listening import PortBusy, listen

    if port is not None:
        return listen(host, port)
    try:
        return listen(host, USUAL_PORT)
    except PortBusy:
        return listen(host, 0)


async def _demo(
    caller_settings: "Settings", folder: Path, listener: "socket.socket", *, is_kept: bool, as_json: bool
) -> None:
    from capcom_gql.app.composition import create_app
    from capcom_gql.cli.demo_guide import Guide
    from capcom_gql.cli.listening import answer_until_stopped, reachable, stoppable, url_of
    from capcom_gql.cli.screen import show

    settings = reachable(caller_settings.model_copy(update={"data_dir": folder, "database_url": ""}), listener)
    async with stoppable():
        filled = await _fill(settings)
    guide = Guide(caller_settings, settings, url_of(listener), filled, is_kept=is_kept)
    app = create_app(settings, operations=guide.operations(), callers=guide.callers())

    def on_ready() -> None:
        show(guide.as_json() if as_json else guide.as_text())
        show(f"ready {guide.url}")

    await answer_until_stopped(app, listener, settings, on_ready)


async def _fill(settings: "Settings") -> "DemoFacts":
    from capcom_gql.cli.demo_script import fill
    from capcom_gql.cli.demo_story import Story
    from capcom_gql.notifiers.loader import load
    from capcom_gql.runtime import close_channels, runtime_of
    from capcom_gql.storage.engine.database import migrate, open_database
    from capcom_gql.storage.installation import database_url

    await migrate(database_url(settings))
    registry = load(settings)
    try:
        async with open_database(database_url(settings)):
            return await fill(Story(runtime_of(settings, registry), registry))
    finally:
        await close_channels(registry)
