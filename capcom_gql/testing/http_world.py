"""A real HTTP server on this machine that answers by script and remembers what it was asked.

with HttpWorld() as world:
    world.always(Answer(429, headers={"Retry-After": "7"}))
    ...
    assert world.requests[0].json["text"] == "Bonjour"
"""

import json
import socket
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from capcom_gql.testing.certificates import Certificates, Tls


@dataclass(frozen=True, slots=True)
class Answer:
    """What the world says: `body` is JSON values, text or bytes; `delay` is in seconds, before the first byte."""

    status: int = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0

    def content(self) -> tuple[bytes, str]:
        """The bytes of the body and its type."""
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """What the world was asked. Names of headers are in lower case; a repeated one keeps its last value."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters after the `?`."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def text(self) -> str:
        """The body as UTF-8, with a mark where it is not."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is something else."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return dict(parse_qsl(self.text, keep_blank_values=True))

    @property
    def readable(self) -> str:
        """All that can be read in it, decoded: address, headers, and the body by its type."""
        kind = self.headers.get("content-type", "")
        body = self.text
        if "json" in kind:
            body = json.dumps(self.json, ensure_ascii=False)
        elif "form-urlencoded" in kind:
            body = unquote_plus(body)
        headers = [_decoded(value) for value in self.headers.values()]
        return "\n".join([unquote_plus(self.target), *headers, body])


class HttpWorld:
    """Use it with `with`, or `start` and `stop`. `url` is its address without a trailing slash.

    The answer to a request is, in this order: that of `on` for its method and path, the next one queued by
    `then`, the one of `always`; 200 with an empty JSON object without any.
    """

    def __init__(self, tls: Tls = Tls.NONE, certificates: Certificates | None = None) -> None:
        self.tls = tls
        self._own = Certificates() if tls is not Tls.NONE and certificates is None else None
        self._certificates = certificates or self._own
        self._routes: dict[tuple[str, str], Answer] = {}
        self._queue: deque[Answer] = deque()
        self._always = Answer()
        self._swallows = False
        self._drops = False
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._server: _Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Its address; of a world that has stopped, one where nothing listens."""
        return f"{'http' if self.tls is Tls.NONE else 'https'}://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path | None:
        """The authority that vouches for a TRUSTED world, as a PEM file; None in the clear."""
        return None if self._certificates is None or self.tls is Tls.NONE else self._certificates.ca_file

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, in the order of their arrival."""
        with self._lock:
            return tuple(self._requests)

    def always(self, answer: Answer) -> None:
        """From now on this is the answer to whatever has none of its own."""
        self._always = answer

    def then(self, *answers: Answer) -> None:
        """Answer the next requests with these, each once."""
        self._queue.extend(answers)

    def on(self, method: str, path: str, answer: Answer) -> None:
        """Answer requests for a path in this way, whatever else is scripted."""
        self._routes[method.upper(), path] = answer

    def black_hole(self) -> None:
        """From now on requests are read and never answered."""
        self._swallows = True

    def drop(self) -> None:
        """From now on the connection is cut when the request has been read."""
        self._drops = True

    def forget(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._requests.clear()

    def start(self) -> None:
        """Listen on a free port of the loopback."""
        self._server = _Server(self)
        self.port = self._server.server_address[1]
        context = None if self._certificates is None else self._certificates.server_side(self.tls)
        if context is not None:
            # The handshake is left to the thread of each connection: a client that refuses stops nobody else.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="http-world").start()

    def stop(self) -> None:
        """Listen no more and cut every connection: what comes next is refused. Twice is as once."""
        server, self._server = self._server, None
        if server is not None:
            server.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._own is not None:
            self._own.close()

    def take(self, request: Request) -> Answer | None:
        """What to answer to a request, now noted; None: nothing, ever, or a cut connection."""
        with self._lock:
            self._requests.append(request)
            if self._swallows or self._drops:
                return None
            routed = self._routes.get((request.method, request.path))
            if routed is not None:
                return routed
            return self._queue.popleft() if self._queue else self._always

    @property
    def swallows(self) -> bool:
        """Whether it is a black hole now."""
        return self._swallows


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, world: HttpWorld) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world = world
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away or refuses the certificate is the channel's affair, which its outcome tells."""

    def end(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the requests are in `HttpWorld.requests`."""

    def _take(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self._body(headers))
        answer = self.server.world.take(request)
        if answer is None:
            if self.server.world.swallows:
                self.server.closing.wait()
            self.close_connection = True
            return
        if answer.delay:
            self.server.closing.wait(answer.delay)
        content, kind = answer.content()
        self.send_response(answer.status)
        given = {name.lower() for name in answer.headers}
        if "content-type" not in given:
            self.send_header("Content-Type", kind)
        if "content-length" not in given:
            self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _take

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length", "0")))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)


def _decoded(value: str) -> str:
    # http.server reads headers as Latin-1; what a channel means by them is UTF-8 or RFC 2047.
    text = value.encode("latin-1", "replace").decode("utf-8", "replace")
    return str(make_header(decode_header(text))) if "=?" in text else text
