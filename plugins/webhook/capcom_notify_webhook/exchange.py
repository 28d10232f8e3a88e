"""One request and its answer, over one connection of its own, to an address that was checked before.

No connection is kept: two endpoints never share one, and what an endpoint does with its own ends with the answer.
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

MOST_READ = 64 * 1024
"""Octets of an answer, its head included; past them the connection is dropped."""
_CHUNK = 16 * 1024


class NotHttp(Exception):
    """What came back is no answer of a web server; the words say what it lacks."""


@dataclass(frozen=True, slots=True)
class Response:
    """What an endpoint answered. Its body is of no use to anybody here."""

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
    parting: float,
) -> Response:
    """Send one POST to the first of the addresses that takes the connection. A redirect is an answer like any other.

    The head of the answer must be there by `deadline`, an instant of the loop's clock; what is left of it
    may take `parting` seconds more, and decides nothing. Raises TimeoutError, ssl.SSLError, OSError or NotHttp.
    """
    async with contextlib.AsyncExitStack() as stack:
        async with asyncio.timeout_at(deadline):
            reader, writer = await _open(destination, addresses, tls, deadline)
            stack.push_async_callback(_drop, writer)
            talk = _Talk(reader, writer)
            await talk.ask(destination, headers, body)
            answer = await talk.answer()
        await talk.part(parting)
    return answer


class _Talk:
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
        # An endpoint may answer and hang up before it has read all: its answer counts.
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

    async def part(self, seconds: float) -> None:
        """Read what is left of a short answer and say goodbye, as polite clients do; give up on any other."""
        # What goes wrong here changes nothing: the answer is known.
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
        if self._read > MOST_READ:
            raise NotHttp(f"the answer is longer than {MOST_READ // 1024} KiB")
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
    # Not a mere close, for which TLS waits on the other side.
    writer.transport.abort()
    # The loop closes the socket at its next turn: the caller finds it closed.
    await asyncio.sleep(0)


async def _connect(addresses: Sequence[IPv4Address | IPv6Address], port: int, deadline: float) -> socket.socket:
    """A socket connected to the first address that answers; each gets its share of the time that is left."""
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
