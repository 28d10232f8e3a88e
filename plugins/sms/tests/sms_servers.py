"""Providers on this machine: servers that speak what the providers document, check what they are asked, and keep it."""

import hashlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from capcom_gql.plugin import Host, Message, Resolve, by_the_system
from capcom_notify_sms import SmsChannel, SmsConfig

PATIENCE = 120.0
"""Seconds: many times what a busy machine needs for anything that comes about at all."""
HANG = 600.0
"""Seconds that something takes which is shown not to be waited for."""


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Reply:
    """What to answer; `content` that is no bytes goes as JSON."""

    status: int
    content: object = b""
    headers: dict[str, str] = field(default_factory=dict)


class Peer:
    """A server on a free port. `answer` decides; `asked` keeps every request."""

    def __init__(self, answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.gone = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http{'' if tls is None else 's'}://127.0.0.1:{self.port}"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> "Peer":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()

    def hang(self, _: Asked) -> Reply:
        """An answer that does not come while the test lasts."""
        self.gone.wait(HANG)
        return Reply(200)


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            peer.asked.append(asked)
            reply = peer.answer(asked)
            is_bytes = isinstance(reply.content, bytes)
            content = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
            kind = {} if is_bytes else {"Content-Type": "application/json; charset=utf-8"}
            try:
                self.send_response(reply.status)
                for name, value in {**kind, **reply.headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                # The client had what it wanted, or no more time.
                self.close_connection = True

        do_GET = do_POST = do_PUT = _take

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def peer(answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A server that answers so, for the length of the block."""
    with Peer(answer, tls) as server:
        yield server


def channel(resolve: Resolve = by_the_system, /, **settings: str) -> SmsChannel:
    """The channel with these settings, given as the environment gives them; `resolve` looks names up for it."""
    host = Host(data_dir=Path("nowhere"), support_email="support@capcom.example")
    return SmsChannel(SmsConfig.model_validate(settings), host, resolve=resolve)


def letter(text: str = "Cap'Com Plus : à régler avant le 15/12.", attempt: int = 1, timeout: float = 5.0) -> Message:
    """A letter for one telephone."""
    return Message(
        id="dlv_01jxk7",
        topic="proof_reminder",
        address="+33612345678",
        locale="fr",
        subject="Un rappel",
        text=text,
        sent_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        attempt=attempt,
        timeout=timeout,
    )


@dataclass
class OvhAccount:
    """OVH's API as its console describes it: the time, the signature, one SMS account with its jobs."""

    name: str = "sms-ab12345-1"
    application_key: str = "7kbG7Bk7S9Nt7ZSV"
    application_secret: str = "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"
    consumer_key: str = "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"
    credits: float = 12.5
    clock_ahead: int = 3600
    """Seconds by which OVH's clock is ahead of this machine's, whose clock is wrong."""
    granted: tuple[str, ...] = ("GET", "POST")
    refused_numbers: tuple[str, ...] = ()
    failure: Reply | None = None
    """What the next call for a job is answered, when it is to fail."""
    jobs: list[dict[str, object]] = field(default_factory=list)

    def settings(self, url: str) -> dict[str, str]:
        """The channel's settings for this account."""
        return {
            "provider": "ovh",
            "endpoint": url,
            "application_key": self.application_key,
            "application_secret": self.application_secret,
            "consumer_key": self.consumer_key,
            "service_name": self.name,
            "sender": "CapCom",
        }

    def answering(self, root: Callable[[], str]) -> Callable[[Asked], Reply]:
        """How it answers at the address `root`, which is part of what is signed."""

        def answer(asked: Asked) -> Reply:
            if asked.path == "/auth/time":
                return Reply(200, str(self._now()).encode(), {"Content-Type": "application/json; charset=utf-8"})
            return self._unsigned(asked, root()) or self._called(asked)

        return answer

    def _now(self) -> int:
        return int(time.time()) + self.clock_ahead

    def _unsigned(self, asked: Asked, root: str) -> Reply | None:
        sent = {name.removeprefix("x-ovh-"): value for name, value in asked.headers.items() if "x-ovh-" in name}
        if sent.get("application") != self.application_key:
            return _error(403, "INVALID_KEY", "This application key is invalid")
        if sent.get("consumer") != self.consumer_key:
            return _error(403, "INVALID_CREDENTIAL", "This credential is not valid")
        if abs(int(sent["timestamp"]) - self._now()) > 30:
            return _error(400, "QUERY_TIME_OUT", "Query out of time")
        parts = (self.application_secret, self.consumer_key, asked.method, root + asked.target)
        signed = "+".join((*parts, asked.body.decode(), sent["timestamp"]))
        if sent.get("signature") != "$1$" + hashlib.sha1(signed.encode()).hexdigest():
            return _error(400, "INVALID_SIGNATURE", "Invalid signature")
        if asked.method not in self.granted:
            return _error(403, "NOT_GRANTED_CALL", "This call has not been granted")
        return None

    def _called(self, asked: Asked) -> Reply:
        account = f"/sms/{self.name}"
        if not asked.path.startswith(account):
            return _error(404, "NOT_FOUND", "This service does not exist")
        match asked.method, asked.path.removeprefix(account):
            case "GET", "":
                return Reply(200, {"name": self.name, "status": "enable", "creditsLeft": self.credits})
            case "GET", "/outgoing":
                (tag,) = asked.query["tag"]
                return Reply(200, [27814656 + at for at, job in enumerate(self.jobs) if job["tag"] == tag])
            case "POST", "/jobs":
                return self._job(asked.json)
        return _error(404, "NOT_FOUND", "Got an invalid (or empty) URL")

    def _job(self, job: dict[str, object]) -> Reply:
        if self.failure is not None:
            return self.failure
        receivers = job["receivers"]
        assert isinstance(receivers, list)
        valid = [each for each in receivers if each not in self.refused_numbers]
        invalid = [each for each in receivers if each in self.refused_numbers]
        ids = [27814656 + len(self.jobs) + at for at in range(len(valid))]
        self.jobs += [job for _ in valid]
        return Reply(
            200,
            {"totalCreditsRemoved": len(valid), "invalidReceivers": invalid, "ids": ids, "validReceivers": valid},
        )


def _error(status: int, code: str, message: str) -> Reply:
    reason = {400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found"}[status]
    return Reply(status, {"errorCode": code, "httpCode": reason, "message": message})
