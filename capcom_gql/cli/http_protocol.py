"""The server's HTTP protocol, with bounds on what a client may send before its request reaches the application."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from capcom_gql.access.rate_limits import network_of

MAX_HEAD_BYTES = 32 * 1024
"""The most bytes of a request's head: its line and its headers."""
HEAD_SECONDS = 10.0
"""Seconds within which the head of a request must have arrived; a connection that stays silent has as many."""
BODY_SECONDS = 10.0
"""Seconds within which the body of a request must have arrived, counted from the end of its head."""
MAX_CONNECTIONS_OF_SOURCE = 100
"""The most connections of one source, an IPv4 address or an IPv6 network of 64 bits, but for trusted proxies."""
MAX_CONNECTIONS = 1_000
"""The most connections that are open at the same time in one process; a further one is answered 503 and closed."""

_REFUSALS = {
    408: "The request did not arrive in time.",
    431: f"The head of a request may have at most {MAX_HEAD_BYTES} bytes.",
    503: "There are too many connections. Try again in a moment.",
}
_PHRASES = {408: "Request Timeout", 431: "Request Header Fields Too Large", 503: "Service Unavailable"}


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, which itself bounds neither the size of a head nor its time."""

    sources: ClassVar[Counter[str]]
    """the connections of each source; see `bounded_protocol`"""
    proxies: ClassVar[ProxyHeadersMiddleware]
    """knows which peers are trusted proxies; it is not called"""
    _source = ""
    """the source that this connection is counted for; empty where it is not"""
    _head_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _is_in_body = False
    _is_in_head = True
    _is_refused = False
    _unread = 0
    """the bytes fed to the parser since the head began, while it has not ended"""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin to wait for a head, or refuse the connection. Called by the event loop."""
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        if peer and peer not in self.proxies.trusted_hosts:
            self._source = network_of(peer.partition("%")[0], 32, 64)
            self.sources[self._source] += 1
        if len(self.connections) > MAX_CONNECTIONS or self.sources[self._source] > MAX_CONNECTIONS_OF_SOURCE:
            self._refuse(503)
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting. Called by the event loop."""
        self._stop_timer()
        self._stop_body_timer()
        self._uncount()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over: it is no longer counted here. Called by uvicorn."""
        self._uncount()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, unless the head is too long. Called by the event loop."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_in_head and not self._is_refused:
            self._unread += len(data)
            if self._unread > MAX_HEAD_BYTES:
                self._refuse(431)
        # a body that came with its head needs no timer
        if self._is_in_body and self._body_timer is None and not self._is_refused:
            self._body_timer = self.loop.call_later(BODY_SECONDS, self._end_body)

    def on_message_begin(self) -> None:
        """Begin a head. Called by the parser."""
        super().on_message_begin()
        self._is_in_head = True
        self._await_head()

    def on_headers_complete(self) -> None:
        """Pass the request on, unless its head is too long. Called by the parser."""
        self._stop_timer()
        self._is_in_head, self._unread = False, 0
        octets = len(self.url) + sum(len(name) + len(value) + len(b": \r\n") for name, value in self.headers)
        if octets > MAX_HEAD_BYTES:
            self._refuse(431)
        else:
            super().on_headers_complete()
            self._is_in_body = not self.parser.should_upgrade()

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on. Called by the parser."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request's body. Called by the parser."""
        self._is_in_body = False
        self._stop_body_timer()
        if not self._is_refused:
            super().on_message_complete()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_body_timer(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _end_body(self) -> None:
        if self.pipeline or self.cycle.response_started:
            # an answer now would be taken for a part of another
            self._is_refused = True
            self.transport.close()
        else:
            self._refuse(408)

    def _uncount(self) -> None:
        if self._source:
            self.sources[self._source] -= 1
            if not self.sources[self._source]:
                del self.sources[self._source]
            self._source = ""

    def _refuse(self, status: int) -> None:
        self._is_refused = True
        self._stop_timer()
        if self.transport.is_closing():
            return
        text = _REFUSALS[status].encode()
        head = (
            f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + text)
        self.transport.close()


def bounded_protocol(trusted_proxies: Sequence[str]) -> type[BoundedProtocol]:
    """The protocol of one server, which counts connections by source, but for those of trusted proxies."""

    class Counting(BoundedProtocol):
        sources: ClassVar[Counter[str]] = Counter()
        proxies = ProxyHeadersMiddleware(_nothing, list(trusted_proxies))

    return Counting


async def _nothing(*_: object) -> None:
    raise NotImplementedError
