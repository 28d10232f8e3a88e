"""The channel: a letter becomes a mail, the mail goes to the server, its answer becomes the letter's fate."""

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
from capcom_notify_email.addresses import normal
from capcom_notify_email.connections import Connections, open_connection, part_with
from capcom_notify_email.mail import write
from capcom_notify_email.replies import judged, one_line
from capcom_notify_email.settings import EmailConfig, Security, trusting

CHECK_SECONDS = 10.0
SHARE = 0.9
"""Of the time of a send: what takes longer is told as the server's fault, before the host gives up on the channel."""
_QUEUED = re.compile(r"queued as (\S+)", re.IGNORECASE)


class Email(Notifier):
    """Hands letters to a mail server by SMTP.

    `resolve` looks the server's name up: the system does, unless a test says otherwise.
    """

    name = "email"
    address_kind = "email"
    formats = ("text", "html")
    Config: ClassVar[type[BaseModel]] = EmailConfig

    config: EmailConfig

    def __init__(self, config: BaseModel, host: Host, *, resolve: Resolve = by_the_system) -> None:
        super().__init__(config, host)
        self._lookup = Lookup(resolve)
        self._trust = None if self.config.security is Security.NONE else trusting(self.config.ca_file)
        self._sender = self.config.sender_mailbox
        self._reply_to = self.config.answers_to(host.support_email)
        self._lock = threading.Lock()
        self._connections: dict[asyncio.AbstractEventLoop, Connections] = {}
        self._is_closed = False

    def validate_address(self, raw: str) -> str:
        try:
            return normal(raw)
        except ValueError as error:
            raise AddressInvalid(str(error)) from None

    async def send(self, message: Message) -> Sent:
        mail = write(message, self._sender, self._reply_to)
        seconds = SHARE * message.timeout
        waiting = asyncio.timeout(seconds)
        try:
            async with waiting:
                answer = await self._here().hand_over(mail)
        except (SMTPException, OSError) as error:
            if waiting.expired():
                raise Transient(f"{self.config.server} did not take the mail within {seconds:g} s") from None
            raise judged(error, self.config.server) from error
        queued = _QUEUED.search(answer)
        return Sent(provider_id=queued[1] if queued else one_line(answer))

    def check(self) -> Health:
        found: Future[Health] = Future()

        def run() -> None:
            try:
                found.set_result(asyncio.run(self._check()))
            # told to whoever asked, in their own thread
            except BaseException as error:  # noqa: BLE001
                found.set_exception(error)

        # a thread of its own, since whoever asks may be in an event loop; not waited for when the program ends
        threading.Thread(target=run, daemon=True, name="email-check").start()
        return found.result()

    def close(self) -> None:
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
                told = f"{server} answers, {self._situation(smtp)}"
                await part_with(smtp)
        except (NotConfigured, Transient) as error:
            return Health(ok=False, detail=str(error))
        except (SMTPException, OSError) as error:
            late = f"{server} did not answer within {CHECK_SECONDS:g} s"
            return Health(ok=False, detail=late if waiting.expired() else str(judged(error, server)))
        return Health(ok=True, detail=told)

    def _situation(self, smtp: SMTP) -> str:
        who = f"signed in as {self.config.username}" if self.config.username else "without a sign-in"
        session = smtp.get_transport_info("ssl_object")
        return f"{'not encrypted' if session is None else f'encrypted with {session.version()}'}, {who}"

    def _here(self) -> Connections:
        """The connections of the running loop."""
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
