"""An endpoint on this machine that records what it gets and answers as a test says, over TLS or in the clear."""

import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

PATIENCE = 120.0
"""Seconds: many times what a busy machine needs for anything that comes about at all."""
HANG = 600.0
"""Seconds that something takes which is shown not to be waited for."""
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
Script = bytes | Callable[[socket.socket], None]
"""Octets to answer with, or what to do with the connection once the request is there."""


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer with a length."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes
    server_name: str | None
    """The name that TLS asked for (SNI)."""
    port: int
    """The caller's port: one for each connection."""


class Endpoint:
    """Answers with its `script`, one entry a request, and with 204 when that is used up."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.script: deque[Script] = deque()
        self.requests: list[Received] = []
        self.connections = 0
        self.aborted: list[str] = []
        """How connections ended that did not go well, on this side."""
        self._tls = tls
        self._names: dict[int, str | None] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def url(self, host: str = "127.0.0.1", target: str = "/hook") -> str:
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}{target}"

    def wait(self, seconds: float) -> bool:
        """For scripts: pause, less long when the test is over; True then."""
        return self._over.wait(seconds)

    def __enter__(self) -> Self:
        if self._tls is not None:
            self._tls.sni_callback = self._note_name
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Take no more, and wait until what was under way has ended; twice is as once."""
        self._over.set()
        # Wakes the accepting thread, which a mere close would leave asleep.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a connection of the endpoint did not end"

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, (_, port) = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection, port)

    def _note_name(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        self._names[id(connection)] = name

    def _serve(self, plain: socket.socket, port: int) -> None:
        connection = plain
        with contextlib.ExitStack() as stack:
            stack.callback(plain.close)
            plain.settimeout(PATIENCE)
            try:
                if self._tls is not None:
                    connection = stack.enter_context(self._tls.wrap_socket(plain, server_side=True))
                self._talk(connection, port)
            except OSError as error:
                self.aborted.append(type(error).__name__)

    def _talk(self, connection: socket.socket, port: int) -> None:
        with connection.makefile("rb") as reader:
            while line := reader.readline().decode().rstrip("\r\n"):
                headers: dict[str, str] = {}
                while header := reader.readline().decode("latin-1").rstrip("\r\n"):
                    name, _, value = header.partition(": ")
                    headers[name] = value
                body = reader.read(int(headers["content-length"]))
                self.requests.append(Received(line, headers, body, self._names.get(id(connection)), port))
                script = self.script.popleft() if self.script else NO_CONTENT
                if callable(script):
                    script(connection)
                    return
                connection.sendall(script)
