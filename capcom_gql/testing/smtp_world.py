"""A real SMTP server on this machine that answers by script and records the mails it accepts. Needs aiosmtpd:

with SmtpWorld() as world:
    world.answer("RCPT", "450 4.2.1 mailbox busy")
    ...
    assert world.mails[0].message["Subject"] == "Bonjour"
"""

import asyncio
import email
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

from capcom_gql.testing.certificates import Certificates, Tls, WorldUnavailable

VERBS = ("EHLO", "AUTH", "MAIL", "RCPT", "DATA")
"""The SMTP commands whose replies can be scripted."""
START_SECONDS = 10.0
"""Seconds for the server to start, and to stop."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the server accepted it: the addresses of the envelope, and the content in bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        return email.message_from_bytes(self.content, policy=default)

    @property
    def readable(self) -> str:
        """Everything readable in it, decoded: recipients, headers and the texts of its parts."""
        message = self.message
        headers = [str(value) for value in message.values()]
        parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
        return "\n".join([*self.recipients, *headers, *parts])


class SmtpWorld:
    """The server. Use it with `with`, or with `start` and `stop`. TLS is by STARTTLS, or implicit if `implicit` is set.

    It accepts the credentials `user` and `password`, and clients that do not sign in.
    """

    user = "capcom"
    password = "a-password-of-the-smtp-world"

    def __init__(
        self, tls: Tls = Tls.NONE, certificates: Certificates | None = None, *, implicit: bool = False
    ) -> None:
        self.tls = tls
        self.implicit = implicit
        self._own = Certificates() if tls is not Tls.NONE and certificates is None else None
        self._certificates = certificates or self._own
        self._script: dict[str, str] = {}
        self._drops: set[str] = set()
        self._swallows = False
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        self._thread: _Serving | None = None
        self.host = "127.0.0.1"
        self.port = 0

    @property
    def security(self) -> str:
        """How its connections are encrypted: `none`, `starttls` or `tls`."""
        if self.tls is Tls.NONE:
            return "none"
        return "tls" if self.implicit else "starttls"

    @property
    def ca_file(self) -> Path | None:
        """The PEM file of the authority that issued a TRUSTED world's certificate; None without TLS."""
        return None if self._certificates is None or self.tls is Tls.NONE else self._certificates.ca_file

    @property
    def mails(self) -> tuple[Mail, ...]:
        """All mails accepted since the start, or since `forget`, in order."""
        with self._lock:
            return tuple(self._mails)

    def answer(self, verb: str, reply: str | None) -> None:
        """From now on give this reply, such as `450 4.2.1 busy`, to a command; None: the normal reply.

        Raises ValueError for a verb that is not one of VERBS.
        """
        if verb not in VERBS:
            raise ValueError(f"{verb!r} is none of {', '.join(VERBS)}")
        if reply is None:
            self._script.pop(verb, None)
        else:
            self._script[verb] = reply

    def drop(self, verb: str) -> None:
        """From now on close the connection at this command; at DATA after the mail was read.

        Raises ValueError for a verb that is not one of VERBS.
        """
        if verb not in VERBS:
            raise ValueError(f"{verb!r} is none of {', '.join(VERBS)}")
        self._drops.add(verb)

    def black_hole(self) -> None:
        """From now on accept connections and never send a greeting."""
        self._swallows = True

    def forget(self) -> None:
        """Delete the recorded mails."""
        with self._lock:
            self._mails.clear()

    def start(self) -> None:
        """Listen on a free port of 127.0.0.1. Raises WorldUnavailable if aiosmtpd is not installed."""
        try:
            from aiosmtpd.smtp import SMTP, AuthResult  # noqa: PLC0415  needed only where a world speaks SMTP
        except ImportError as error:
            raise WorldUnavailable("aiosmtpd", "the SMTP world needs it") from error
        context = None if self._certificates is None else self._certificates.server_side(self.tls)

        def let_in(server: object, session: object, envelope: object, mechanism: str, login: Any) -> AuthResult:
            if reply := self._script.get("AUTH"):
                return AuthResult(success=False, handled=False, message=reply)
            good = (login.login, login.password) == (self.user.encode(), self.password.encode())
            return AuthResult(success=good, handled=False)

        def protocol() -> asyncio.Protocol:
            if self._swallows:
                return _Mute()
            return SMTP(
                _Handler(self),
                hostname="world.example",
                enable_SMTPUTF8=True,
                tls_context=None if self.implicit else context,
                auth_require_tls=False,
                authenticator=let_in,
                loop=asyncio.get_running_loop(),
            )

        self._thread = _Serving(protocol, self.host, context if self.implicit else None)
        self.port = self._thread.begin()

    def stop(self) -> None:
        """Stop listening and close every connection; further ones are refused. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._own is not None:
            self._own.close()

    def scripted(self, verb: str) -> str | None:
        """The scripted reply to a command; None if there is none."""
        return self._script.get(verb)

    def cuts(self, verb: str) -> bool:
        """Whether the connection is to be closed at a command."""
        return verb in self._drops

    def keep(self, mail: Mail) -> None:
        """Record a mail that was accepted."""
        with self._lock:
            self._mails.append(mail)


class _Handler:
    """The handler that aiosmtpd calls for each command."""

    def __init__(self, world: SmtpWorld) -> None:
        self._world = world

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self._world.cuts("EHLO"):
            server.transport.abort()
        scripted = self._world.scripted("EHLO")
        return [scripted] if scripted else responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = self._reply("MAIL", server)
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 2.1.0 sender ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = self._reply("RCPT", server)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 2.1.5 recipient ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        reply = self._reply("DATA", server)
        if reply is None:
            content = envelope.original_content or b""
            self._world.keep(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), content))
        return reply or "250 2.0.0 taken"

    def _reply(self, verb: str, server: Any) -> str | None:
        if self._world.cuts(verb):
            server.transport.abort()
            return "421 4.3.2 the connection is cut"
        return self._world.scripted(verb)


class _Mute(asyncio.Protocol):
    """A protocol that accepts a connection and sends nothing."""

    transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport


class _Serving:
    """A server on an event loop in a thread of its own."""

    def __init__(self, protocol: Any, host: str, tls: Any) -> None:
        self._protocol = protocol
        self._host = host
        self._tls = tls
        self._port = 0
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._open: list[Any] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True, name="smtp-world")

    def begin(self) -> int:
        """Start the server. Returns the port once it listens; raises RuntimeError if it does not start in time."""
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError("the SMTP world has not started")
        return self._port

    def end(self) -> None:
        """Close every connection and wait for the end of the thread."""
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(START_SECONDS)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._made, self._host, 0, ssl=self._tls)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for protocol in self._open:
            if protocol.transport is not None:
                protocol.transport.abort()
        # the loop needs a moment to close each connection
        await asyncio.sleep(0.01)

    def _made(self) -> Any:
        protocol = self._protocol()
        self._open.append(protocol)
        return protocol
