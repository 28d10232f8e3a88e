"""The channel: builds a mail from a letter, sends it, and translates the server's reply for the host."""

import asyncio
import re
import threading
from concurrent.futures import Future
from typing import ClassVar

from aiosmtplib import SMTP, SMTPException
from pydantic import BaseModel

from capcom_gql.plugin import (
    AddressInvalid,
    Health,
    Host,
    Lookup,
    Message,
    NotConfigured,
    Notifier,
    Resolve,
    Sent,
    Transient,
    by_the_system,
)
from capcom_notify_email.addresses import normalize_address
from capcom_notify_email.connections import Connections, open_connection, quit_connections
from capcom_notify_email.mail import build_mail
from capcom_notify_email.replies import exception_for, shorten
from capcom_notify_email.settings import EmailConfig, Security, tls_context

CHECK_SECONDS = 10.0
"""Seconds that a check may take."""
SHARE = 0.9
"""The share of `Message.timeout` after which the channel reports that the server is too slow, before the host does."""
_QUEUED = re.compile(r"queued as (\S+)", re.IGNORECASE)


class Email(Notifier):
    """Sends letters by SMTP. `resolve` looks up the server's name; tests replace it."""

    name = "email"
    address_kind = "email"
    formats = ("text", "html")
    Config: ClassVar[type[BaseModel]] = EmailConfig

    config: EmailConfig

    def __init__(self, config: BaseModel, host: Host, *, resolve: Resolve = by_the_system) -> None:
        super().__init__(config, host)
        self._lookup = Lookup(resolve)
        self._trust = None if self.config.security is Security.NONE else tls_context(self.config.ca_file)
        self._sender = self.config.sender_mailbox
        self._reply_to = self.config.reply_to_mailbox(host.support_email)
        self._lock = threading.Lock()
        self._connections: dict[asyncio.AbstractEventLoop, Connections] = {}
        self._is_closed = False

    def validate_address(self, raw: str) -> str:
        """The address with its domain in ASCII. Raises AddressInvalid."""
        try:
            return normalize_address(raw)
        except ValueError as error:
            raise AddressInvalid(str(error)) from None

    async def send(self, message: Message) -> Sent:
        """Send a letter as one mail. Raises the exceptions of the contract."""
        mail = build_mail(message, self._sender, self._reply_to)
        seconds = SHARE * message.timeout
        waiting = asyncio.timeout(seconds)
        try:
            async with waiting:
                answer = await self._connections_here().hand_over(mail)
        except (SMTPException, OSError) as error:
            if waiting.expired():
                raise Transient(f"{self.config.server} did not take the mail within {seconds:g} s") from None
            raise exception_for(error, self.config.server) from error
        queued = _QUEUED.search(answer)
        return Sent(provider_id=queued[1] if queued else shorten(answer))

    def check(self) -> Health:
        """Connect to the server and sign in, for at most CHECK_SECONDS; nothing is sent."""
        found: Future[Health] = Future()

        def run() -> None:
            try:
                found.set_result(asyncio.run(self._check()))
            except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
                found.set_exception(error)

        # in a thread, since the caller may run in an event loop; a daemon, so that the program can end meanwhile
        threading.Thread(target=run, daemon=True, name="email-check").start()
        return found.result()

    def close(self) -> None:
        """Close the connections of all event loops. Idempotent."""
        with self._lock:
            self._is_closed = True
            opened = list(self._connections.values())
        for connections in opened:
            connections.close()

    async def _check(self) -> Health:
        server = self.config.server
        waiting = asyncio.timeout(CHECK_SECONDS)
        try:
            async with waiting:
                smtp = await open_connection(self.config, self._trust, self._lookup)
                detail = f"{server} answers, {self._describe(smtp)}"
                await quit_connections(smtp)
        except (NotConfigured, Transient) as error:
            return Health(ok=False, detail=str(error))
        except (SMTPException, OSError) as error:
            late = f"{server} did not answer within {CHECK_SECONDS:g} s"
            return Health(ok=False, detail=late if waiting.expired() else str(exception_for(error, server)))
        return Health(ok=True, detail=detail)

    def _describe(self, smtp: SMTP) -> str:
        who = f"signed in as {self.config.username}" if self.config.username else "without a sign-in"
        session = smtp.get_transport_info("ssl_object")
        return f"{'not encrypted' if session is None else f'encrypted with {session.version()}'}, {who}"

    def _connections_here(self) -> Connections:
        """The connections of the running event loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._is_closed:
                raise Transient("the channel is closed")
            if loop not in self._connections:
                self._connections[loop] = Connections(
                    self.config, self._trust, self._lookup, lambda: self._forget(loop)
                )
            return self._connections[loop]

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._connections.pop(loop, None)
