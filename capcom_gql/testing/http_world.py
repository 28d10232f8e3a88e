"""A real HTTP server on this machine that answers by script and records its requests:

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
    """A scripted answer of the world."""

    status: int = 200
    body: object = field(default_factory=dict)
    """JSON values, text or bytes."""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte is sent."""

    def content(self) -> tuple[bytes, str]:
        """The body as bytes, and its content type."""
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that the world received."""

    method: str
    target: str
    """The path and query, as in the request line."""
    headers: Mapping[str, str]
    """By name in lower case; of a repeated header the last value."""
    body: bytes

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query, decoded."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def text(self) -> str:
        """The body as UTF-8; invalid bytes become replacement characters."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError if it is not JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as the fields of a URL-encoded form."""
        return dict(parse_qsl(self.text, keep_blank_values=True))

    @property
    def readable(self) -> str:
        """Everything readable in the request, decoded: target, headers, and the body by its content type."""
        kind = self.headers.get("content-type", "")
        body = self.text
        if "json" in kind:
            body = json.dumps(self.json, ensure_ascii=False)
        elif "form-urlencoded" in kind:
            body = unquote_plus(body)
        headers = [_decoded(value) for value in self.headers.values()]
        return "\n".join([unquote_plus(self.target), *headers, body])


class HttpWorld:
    """The server. Use it with `with`, or with `start` and `stop`.

    The answer to a request is the first that exists of: the one given to `on` for its method and path, the next one
    queued by `then`, the one given to `always`, and 200 with an empty JSON object.
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
        """Its URL without a trailing slash. After `stop` nothing listens there."""
        return f"{'http' if self.tls is Tls.NONE else 'https'}://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path | None:
        """The PEM file of the authority that issued a TRUSTED world's certificate; None without TLS."""
        return None if self._certificates is None or self.tls is Tls.NONE else self._certificates.ca_file

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests since the start, or since `forget`, in order."""
        with self._lock:
            return tuple(self._requests)

    def always(self, answer: Answer) -> None:
        """Answer in this way from now on, where neither `on` nor `then` applies."""
        self._always = answer

    def then(self, *answers: Answer) -> None:
        """Answer the next requests in these ways, each once, in order."""
        self._queue.extend(answers)

    def on(self, method: str, path: str, answer: Answer) -> None:
        """Answer requests with this method and path in this way, before anything else that is scripted."""
        self._routes[method.upper(), path] = answer

    def black_hole(self) -> None:
        """From now on read requests and never answer."""
        self._swallows = True

    def drop(self) -> None:
        """From now on close the connection after a request was read, without an answer."""
        self._drops = True

    def forget(self) -> None:
        """Delete the recorded requests."""
        with self._lock:
            self._requests.clear()

    def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._server = _Server(self)
        self.port = self._server.server_address[1]
        context = None if self._certificates is None else self._certificates.server_side(self.tls)
        if context is not None:
            # the handshake is done in the thread of each connection: a client that hangs in it affects no other
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="http-world").start()

    def stop(self) -> None:
        """Stop listening and close every connection; further ones are refused. Idempotent."""
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
        """Record a request. Returns its answer; None if there is none, as `black_hole` or `drop` says."""
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
        """Whether requests are never answered."""
        return self._swallows


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, world: HttpWorld) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world = world
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that disconnects or refuses the certificate: the channel's outcome shows it."""

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
        """Log nothing: the requests are in `HttpWorld.requests`."""

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
        scripted = {name.lower() for name in answer.headers}
        if "content-type" not in scripted:
            self.send_header("Content-Type", kind)
        if "content-length" not in scripted:
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
    # http.server reads headers as Latin-1; channels write them in UTF-8 or as RFC 2047 says
    text = value.encode("latin-1", "replace").decode("utf-8", "replace")
    return str(make_header(decode_header(text))) if "=?" in text else text
