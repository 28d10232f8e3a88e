"""One HTTP request and its answer, over a connection of its own, to an address that was checked before.

No connection is reused: two endpoints never share one.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import h11

from capcom_notify_webhook.destination import Destination

MAX_ANSWER = 64 * 1024
"""The most bytes of an answer, including its head; after a longer one the connection is closed."""
_CHUNK = 16 * 1024


class NotHttp(Exception):
    """The answer is not valid HTTP; the text says why."""


@dataclass(frozen=True, slots=True)
class Response:
    """An endpoint's answer, without its body, which is not used."""

    status: int
    retry_after: str | None


async def post(
    destination: Destination,
    addresses: Sequence[IPv4Address | IPv6Address],
    headers: Sequence[tuple[str, str]],
    body: bytes,
    tls: ssl.SSLContext,
    *,
    deadline: float,
    drain_seconds: float,
) -> Response:
    """Send one POST to the first of the addresses that accepts the connection. Redirects are not followed.

    The head of the answer must arrive before `deadline`, in seconds of the loop's clock. The rest of it may take
    `drain_seconds` more, and has no effect. Raises TimeoutError, ssl.SSLError, OSError, NotHttp.
    """
    async with contextlib.AsyncExitStack() as stack:
        async with asyncio.timeout_at(deadline):
            reader, writer = await _open(destination, addresses, tls, deadline)
            stack.push_async_callback(_drop, writer)
            exchange = _Exchange(reader, writer)
            await exchange.ask(destination, headers, body)
            answer = await exchange.answer()
        await exchange.drain(drain_seconds)
    return answer


class _Exchange:
    """HTTP/1.1 over one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(our_role=h11.CLIENT)
        self._read = 0

    async def ask(self, destination: Destination, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        fixed = [
            ("host", destination.authority),
            ("accept", "*/*"),
            ("connection", "close"),
            ("content-length", str(len(body))),
        ]
        request = h11.Request(method="POST", target=destination.target, headers=[*fixed, *headers])
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            self._writer.write(self._http.send(event) or b"")
        # an endpoint may answer and close before it has read everything: its answer counts
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()

    async def answer(self) -> Response:
        try:
            while True:
                event = self._http.next_event()
                if isinstance(event, h11.Response):
                    return Response(event.status_code, _header(event, b"retry-after"))
                if event is h11.NEED_DATA:
                    await self._receive()
                elif not isinstance(event, h11.InformationalResponse):
                    raise NotHttp("the connection was closed without an answer")
        except h11.ProtocolError as error:
            raise NotHttp(str(error)) from None

    async def drain(self, seconds: float) -> None:
        """Read the rest of the answer and close the connection, within some seconds."""
        # a failure has no effect: the answer is known
        with contextlib.suppress(OSError, NotHttp, h11.ProtocolError):
            async with asyncio.timeout(seconds):
                while (event := self._http.next_event()) is h11.NEED_DATA or isinstance(event, h11.Data):
                    if event is h11.NEED_DATA:
                        await self._receive()
                self._writer.close()
                await self._writer.wait_closed()

    async def _receive(self) -> None:
        received = await self._reader.read(_CHUNK)
        self._read += len(received)
        if self._read > MAX_ANSWER:
            raise NotHttp(f"the answer is longer than {MAX_ANSWER // 1024} KiB")
        self._http.receive_data(received)


async def _open(
    destination: Destination, addresses: Sequence[IPv4Address | IPv6Address], tls: ssl.SSLContext, deadline: float
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    connected = await _connect(addresses, destination.port, deadline)
    try:
        if not destination.is_encrypted:
            return await asyncio.open_connection(sock=connected)
        return await asyncio.open_connection(sock=connected, ssl=tls, server_hostname=destination.host)
    except BaseException:
        connected.close()
        await asyncio.sleep(0)
        raise


async def _drop(writer: asyncio.StreamWriter) -> None:
    # aborted and not closed, since closing TLS waits for the other side
    writer.transport.abort()
    # the loop closes the socket in its next turn
    await asyncio.sleep(0)


async def _connect(addresses: Sequence[IPv4Address | IPv6Address], port: int, deadline: float) -> socket.socket:
    """A socket connected to the first address that accepts; each gets an equal share of the remaining time."""
    loop = asyncio.get_running_loop()
    failure: OSError = ConnectionError("there is no address to connect to")
    for number, address in enumerate(addresses):
        share = (deadline - loop.time()) / (len(addresses) - number)
        family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
        candidate = socket.socket(family, socket.SOCK_STREAM)
        try:
            candidate.setblocking(False)
            async with asyncio.timeout(share):
                await loop.sock_connect(candidate, (str(address), port))
        except OSError as error:
            candidate.close()
            failure = error
        except BaseException:
            candidate.close()
            raise
        else:
            return candidate
    raise failure


def _header(response: h11.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key == name), None)
