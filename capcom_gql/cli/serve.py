"""`capcom serve`: serve the API and the pages, with a worker in the same process."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket

    from capcom_gql.settings import Settings


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    api_only: Annotated[bool, typer.Option("--api-only", help="Leave the work to `capcom worker`.")] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="In development, listen on an address that other machines reach.")
    ] = False,
) -> None:
    """Migrate the database, then serve the API with a worker. Prints `ready URL` when it answers.

    The worker sends the letters and records the steps of the calendar, so no other process is needed, except with
    --api-only. SIGTERM or Ctrl-C stops it.
    """
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.listening import is_loopback, listen, reachable, run
    from capcom_gql.logs import to_standard_error
    from capcom_gql.notifiers.confinement import hide_from_children
    from capcom_gql.settings import load

    hide_from_children()
    settings = load()
    to_standard_error(as_objects=settings.is_production, requests=True)
    listener = listen(host, port)
    if not (settings.is_production or insecure or is_loopback(listener)):
        listener.close()
        raise Stop(
            f"Other machines can reach {host}, and this is development: its safeguards are for one machine only. Set "
            "CAPCOM_ENV=production, or listen on 127.0.0.1; --insecure serves all the same."
        )
    run(_serve(reachable(settings, listener), listener, ticking=not api_only))


async def _serve(settings: "Settings", listener: "socket.socket", *, ticking: bool) -> None:
    from capcom_gql.app.composition import create_app
    from capcom_gql.cli.listening import answer_until_stopped, stoppable, url_of
    from capcom_gql.cli.screen import note, show
    from capcom_gql.storage.engine.database import migrate
    from capcom_gql.storage.installation import database_url

    for sentence in _worth_knowing(settings):
        note(sentence)
    async with stoppable():
        await migrate(database_url(settings))
    address = url_of(listener)
    await answer_until_stopped(
        create_app(settings, ticking=ticking), listener, settings, lambda: show(f"ready {address}")
    )


def _worth_knowing(settings: "Settings") -> list[str]:
    sentences = []
    if settings.is_production and "public_url" not in settings.model_fields_set:
        sentences.append(
            f"CAPCOM_PUBLIC_URL is not set: links in letters lead to {settings.public_url}, "
            "and requests under any other host name are refused"
        )
    return sentences
