"""The server's socket and process: listen before anything else, report readiness, stop on a signal."""

import asyncio
import contextlib
import errno
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from ipaddress import ip_address
from types import FrameType

import typer
import uvicorn
import uvloop
from starlette.applications import Starlette

from capcom_gql.cli.failures import Stop
from capcom_gql.cli.http_protocol import bounded_protocol
from capcom_gql.settings import Settings

CONNECTIONS_END_WITHIN = 3
"""Seconds for requests in progress to finish when the server stops."""
BACKLOG = 2048
"""The most connections that wait to be accepted."""


class PortBusy(Stop):
    """Another process listens on the port."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortBusy, or Stop if the address cannot be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise Stop(f"{host} is not an address of this machine. Give --host 127.0.0.1, or 0.0.0.0 for all.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(
                f"Port {port} of {host} is busy. Stop what uses it, or choose another with --port."
            ) from None
        if error.errno == errno.EACCES:
            raise Stop(f"This account may not listen on port {port}. Choose one from 1024 on with --port.") from None
        raise Stop(f"The server cannot listen on {host} port {port}: {error.strerror}.") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """The URL at which this machine itself reaches the server."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(listener: socket.socket) -> bool:
    """Whether this machine only can reach the socket."""
    return ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def reachable(settings: Settings, listener: socket.socket) -> Settings:
    """The settings; in development without `CAPCOM_PUBLIC_URL`, with the socket's URL as public URL."""
    if settings.is_production or "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": url_of(listener)})


class Server(uvicorn.Server):
    """A uvicorn server that calls `on_ready` when it answers, and exits with status 0 after SIGTERM or SIGINT."""

    def __init__(self, app: Starlette, trusted_proxies: Sequence[str], on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=bounded_protocol(trusted_proxies),
            lifespan="off",
            log_config=None,
            server_header=False,
            # CAPCOM_TRUSTED_PROXIES says whose X-Forwarded-For is believed
            proxy_headers=False,
            timeout_graceful_shutdown=CONNECTIONS_END_WITHIN,
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, then call `on_ready`. Called by uvicorn."""
        await super().startup(sockets=sockets)
        if self.started and not self.should_exit:
            # what a start leaves stays for good: requests do not pay for looking through it again and again
            gc.collect()
            gc.freeze()
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop gracefully on a signal, and at once on a second SIGINT. Called by uvicorn."""
        # uvicorn's own handler raises the signal again at the end, so that the exit status would not be 0
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        else:
            self.should_exit = True


async def answer_until_stopped(
    app: Starlette, listener: socket.socket, settings: Settings, on_ready: Callable[[], None]
) -> None:
    """Serve on the socket until SIGTERM or SIGINT; requests in progress then have CONNECTIONS_END_WITHIN seconds.

    The application's lifespan runs here and not in uvicorn, which would log a failed start with a traceback.
    """
    server = Server(app, settings.trusted_proxies, on_ready)
    with contextlib.closing(listener):
        async with contextlib.AsyncExitStack() as running:
            async with stoppable():
                await running.enter_async_context(app.router.lifespan_context(app))
            await server.serve(sockets=[listener])


def run(work: Coroutine[None, None, None]) -> None:
    """Run a server to its end. One that is stopped before it serves exits with status 0 as well."""
    try:
        uvloop.run(work)
    except asyncio.CancelledError:
        raise typer.Exit from None


@contextlib.asynccontextmanager
async def stoppable() -> AsyncIterator[None]:
    """Let SIGTERM cancel the block (CancelledError), as Ctrl-C does, while the server does not serve yet."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
