"""A real mail server on loopback, in a thread of its own, that does what a test asks of it."""

import asyncio
import email
import email.policy
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PATIENCE = 120.0
"""Seconds: many times what a busy machine needs for anything that comes about at all."""
HANG = 600.0
"""Seconds that something takes which is shown not to be waited for."""
Doing = str | Callable[[SMTP], Awaitable[str]]
"""An answer, or what happens instead of one."""


async def drops(server: SMTP) -> str:
    """The connection is cut, without an answer."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()
    return await hangs(server)


async def hangs(server: SMTP) -> str:
    """There is no answer."""
    await asyncio.sleep(HANG)
    return "421 at last"


def until(holds: Callable[[], bool]) -> None:
    """Wait, in a thread, until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@dataclass(frozen=True)
class Arrived:
    """A mail as it was handed over."""

    sender: str
    recipients: list[str]
    options: list[str]
    raw: bytes
    connection: int
    called: str
    user: str | None

    @property
    def mail(self) -> EmailMessage:
        """The mail, read by the standard library."""
        found = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class PostOffice:
    """The server; `will` tells it how to answer a command the next times, and then it is itself again.

    `trust` is its side of TLS: from the first byte where `is_tls`, else by STARTTLS. `users` may sign in, and where
    there are some, nobody else sends.
    """

    trust: ssl.SSLContext | None = None
    is_tls: bool = False
    users: dict[str, str] = field(default_factory=dict)
    speaks_utf8: bool = True
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    connections: int = 0
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._doings: defaultdict[str, deque[Doing]] = defaultdict(deque)
        self._open: set[_Line] = set()

    def will(self, command: str, *doings: Doing) -> None:
        """How it answers a command from now on, once each."""
        self._doings[command].extend(doings)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="post-office")
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def restart(self) -> None:
        """Every connection is cut; then it is there again, at the same port."""
        self._do(self._stop())
        self._do(self._listen())

    def hang_up(self) -> None:
        """Every connection is closed, as after a time without a word."""
        self._do(self._close_all())

    def still_open(self) -> int:
        """How many connections there are now."""
        done: Future[int] = Future()
        self._loop.call_soon_threadsafe(lambda: done.set_result(len(self._open)))
        return done.result(PATIENCE)

    async def all_left(self) -> None:
        """Wait until there is no connection any more."""
        await asyncio.to_thread(until, lambda: not self.still_open())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        context = self.trust if self.is_tls else None
        self._server = await self._loop.create_server(self._line, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        await self._close_all()
        await self._server.wait_closed()

    async def _close_all(self) -> None:
        for line in list(self._open):
            if line.transport is not None:
                line.transport.close()
        await asyncio.gather(*(line.lost.wait() for line in list(self._open)))

    def _line(self) -> SMTP:
        return _Line(
            self,
            hostname="post.example",
            enable_SMTPUTF8=self.speaks_utf8,
            tls_context=None if self.is_tls else self.trust,
            auth_require_tls=not self.is_tls,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.commands.append(f"AUTH {mechanism}")
        assert isinstance(data, LoginPassword)
        good = self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False, auth_data=data.login.decode())

    async def doing(self, server: SMTP, command: str) -> str | None:
        """What was asked for this time, None where nothing was."""
        self.commands.append(command)
        if not self._doings[command]:
            return None
        doing = self._doings[command].popleft()
        return doing if isinstance(doing, str) else await doing(server)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        told = await self.doing(server, "EHLO")
        return responses if told is None else [told]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if told := await self.doing(server, "MAIL"):
            return told
        if self.users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if told := await self.doing(server, "RCPT"):
            return told
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return await self.doing(server, "RSET") or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if told := await self.doing(server, "DATA"):
            return told
        assert isinstance(envelope.content, bytes) and envelope.mail_from is not None
        arrived = Arrived(
            envelope.mail_from,
            list(envelope.rcpt_tos),
            list(envelope.mail_options),
            envelope.content,
            server.number if isinstance(server, _Line) else 0,
            str(session.host_name),
            session.auth_data if session.authenticated else None,
        )
        self.arrived.append(arrived)
        return f"250 2.0.0 Ok: queued as Q{len(self.arrived)}"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return await self.doing(server, "QUIT") or "221 2.0.0 Bye"


class _Line(SMTP):
    """One connection, counted."""

    def __init__(self, office: PostOffice, **settings: Any) -> None:
        super().__init__(office, **settings)
        self._office = office
        self.number = 0
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self.number:
            self._office.connections += 1
            self.number = self._office.connections
            self._office._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._office._open.discard(self)
        self.lost.set()
