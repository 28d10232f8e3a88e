"""The server's socket and its process: bound before any work, ready when it answers, stopped when asked."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from types import FrameType

import typer
import uvicorn
import uvloop
from starlette.applications import Starlette

from capcom_gql.cli.failures import Stop
from capcom_gql.settings import Settings

CONNECTIONS_END_WITHIN = 3
"""Seconds for the answers under way, once asked to stop."""
BACKLOG = 2048


class PortBusy(Stop):
    """Somebody else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortBusy, and Stop for what is no address of this machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise Stop(f"{host} is not an address to listen on. Give --host 127.0.0.1, or 0.0.0.0 for every one.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(f"Port {port} of {host} is busy. Stop what uses it, or give another with --port.") from None
        if error.errno == errno.EACCES:
            raise Stop(f"This account may not listen on port {port}. Give one from 1024 on with --port.") from None
        raise Stop(f"{host} port {port} cannot be listened on: {error.strerror}.") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """The address at which this machine itself reaches the server."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable(settings: Settings, listener: socket.socket) -> Settings:
    """The settings with the public address that this start has, where development gave none."""
    if settings.is_production or "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": url_of(listener)})


class Server(uvicorn.Server):
    """A server that says when it answers, and for which a signal to stop is a request, not a failure."""

    def __init__(self, app: Starlette, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=CONNECTIONS_END_WITHIN,
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and not self.should_exit:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn's own also keeps the signal, to raise it again in the end: the exit status would not be 0
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        else:
            self.should_exit = True


async def answer_until_stopped(app: Starlette, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve on the socket until SIGTERM or SIGINT; what is under way then has a few seconds to finish.

    The application is started and stopped here, not by uvicorn, which would log a failed start with its traceback.
    """
    server = Server(app, on_ready)
    with contextlib.closing(listener):
        async with contextlib.AsyncExitStack() as running:
            async with stoppable():
                await running.enter_async_context(app.router.lifespan_context(app))
            await server.serve(sockets=[listener])


def run(work: Coroutine[None, None, None]) -> None:
    """Run a server to its end; one that is stopped before it served has done what it was asked."""
    try:
        uvloop.run(work)
    except asyncio.CancelledError:
        raise typer.Exit from None


@contextlib.asynccontextmanager
async def stoppable() -> AsyncIterator[None]:
    """Work before serving that SIGTERM ends as Ctrl-C does: by undoing what is under way (CancelledError)."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
