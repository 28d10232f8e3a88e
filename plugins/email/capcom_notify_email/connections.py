"""Connections to the mail server: a few for each event loop, reused for further letters.

A connection belongs to the loop that opened it. It is kept for IDLE_SECONDS and tested by RSET before it is reused;
one that the server has closed in the meantime is replaced.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from capcom_gql.plugin import AddressInvalid, Lookup, NotConfigured
from capcom_notify_email.mail import Mail
from capcom_notify_email.settings import EmailConfig, Security
from capcom_notify_email.sockets import connect_to_host

MAX_CONNECTIONS = 4
"""The most connections of one event loop, since servers refuse clients with many. Further letters wait for one."""
IDLE_SECONDS = 30.0
"""Seconds after which an unused connection is closed."""
RSET_SECONDS = 2.0
"""Seconds for the reply to RSET."""
QUIT_SECONDS = 0.5
"""Seconds for the reply to QUIT."""
SHUTTING_DOWN = 421
"""The reply code with which a server closes the connection (RFC 5321)."""
NO_SUCH_MECHANISM = 504
"""The reply code for a mechanism that the server does not implement after all (RFC 4954)."""


async def open_connection(config: EmailConfig, trust: ssl.SSLContext | None, lookup: Lookup) -> SMTP:
    """Open a connection that is ready for letters: encrypted and signed in as the settings say.

    It has no time limit of its own. Raises NotConfigured, Transient, SMTPException, OSError.
    """
    sock = await connect_to_host(lookup, config.host, config.port_used)
    smtp = SMTP(
        hostname=config.host,
        sock=sock,
        use_tls=config.security is Security.TLS,
        start_tls=False,
        tls_context=trust,
        local_hostname="localhost",
        timeout=None,
    )
    try:
        await smtp.connect()
        smtp.local_hostname = _own_name(smtp)
        await smtp.ehlo()
        if config.security is Security.STARTTLS:
            if not smtp.supports_extension("starttls"):
                raise NotConfigured(f"{config.server} offers no STARTTLS: set SECURITY to tls, or to none, and PORT")
            await smtp.starttls(server_hostname=config.host)
            await smtp.ehlo()
        if config.username:
            await _sign_in(smtp, config)
    except BaseException:
        has_taken_it = smtp.transport is not None
        drop(smtp)
        if not has_taken_it:
            sock.close()
        raise
    return smtp


def drop(smtp: SMTP) -> None:
    """Close a connection at once, without QUIT."""
    transport = smtp.transport
    smtp.close()
    if transport is not None:
        cast(asyncio.WriteTransport, transport).abort()


async def quit_connections(*connections: SMTP) -> None:
    """End connections with QUIT, waiting QUIT_SECONDS for the replies, and close them."""
    await asyncio.gather(*(_quit(smtp) for smtp in connections))
    # the transports close their sockets in the next turns of the loop
    for _ in range(2):
        await asyncio.sleep(0)


async def _quit(smtp: SMTP) -> None:
    transport = smtp.transport
    try:
        await smtp.quit(timeout=QUIT_SECONDS)
    except (SMTPException, OSError):
        pass  # it is closed in any case
    finally:
        drop(smtp)
        if transport is not None:
            # closing TLS normally would wait for the server
            cast(asyncio.WriteTransport, transport).abort()


async def _sign_in(smtp: SMTP, config: EmailConfig) -> None:
    """Sign in by the first mechanism that the server offers. Others are not tried, since servers count failures."""
    mechanisms = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    offered = [sign_in for name, sign_in in mechanisms.items() if name in smtp.server_auth_methods]
    if not offered:
        raise NotConfigured(f"{config.server} offers no supported way to sign in: correct SECURITY, or USERNAME")
    *first, last = offered
    for sign_in in first:
        try:
            await sign_in(config.username, config.password.get_secret_value())
            return
        except SMTPResponseException as error:
            if error.code != NO_SUCH_MECHANISM:
                raise
    await last(config.username, config.password.get_secret_value())


def _own_name(smtp: SMTP) -> str:
    """The name for EHLO: the machine's full name, or its address literal (RFC 5321, 4.1.4)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = ipaddress.ip_address(str(smtp.get_transport_info("sockname")[0]).partition("%")[0])
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


class Connections:
    """The connections of the running event loop to the mail server, at most MAX_CONNECTIONS in use at a time.

    `on_end` is called once, in the loop's thread, just before they are closed: by `close`, or when the loop's tasks are
    cancelled at its end. Raises RuntimeError where no loop is running.
    """

    def __init__(
        self, config: EmailConfig, trust: ssl.SSLContext | None, lookup: Lookup, on_end: Callable[[], None]
    ) -> None:
        self._config = config
        self._trust = trust
        self._lookup = lookup
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)
        self._kept: list[tuple[float, SMTP]] = []
        self._is_closing = False
        self._ended = threading.Event()
        self._watching = self._loop.create_task(self._watch(), name="email-connections")

    async def hand_over(self, mail: Mail) -> str:
        """Send a mail. Returns the server's reply to its content.

        Raises what `open_connection` raises, and AddressInvalid.
        """
        async with self._room:
            smtp = await self._start_mail(mail)
            async with self._guarded(smtp):
                answer = await smtp.data(mail.content)
            self._keep(smtp)
            return answer.message

    def close(self) -> None:
        """Close all connections with QUIT. Callable from any thread; waits for it, except in the loop's own thread."""
        try:
            self._loop.call_soon_threadsafe(self._watching.cancel)
        except RuntimeError:
            return  # the loop is closed, and its tasks have ended
        if self._loop.is_running() and not _is_running_here(self._loop):
            self._ended.wait(2 * QUIT_SECONDS)

    async def _start_mail(self, mail: Mail) -> SMTP:
        """A connection on which the server has accepted the sender and the recipient."""
        if (kept := await self._take_alive()) is not None:
            # nothing of the letter was sent yet: if the server closes this connection, a new one is used
            try:
                return await self._send_envelope(kept, mail)
            except SMTPServerDisconnected:
                pass
            except SMTPResponseException as error:
                if error.code != SHUTTING_DOWN:
                    raise
        return await self._send_envelope(await open_connection(self._config, self._trust, self._lookup), mail)

    async def _send_envelope(self, smtp: SMTP, mail: Mail) -> SMTP:
        async with self._guarded(smtp):
            if mail.needs_utf8 and not smtp.supports_extension("smtputf8"):
                raise AddressInvalid(f"{self._config.server} accepts no address with accents before the @ (SMTPUTF8)")
            options, encoding = (["SMTPUTF8"], "utf-8") if mail.needs_utf8 else ([], "ascii")
            await smtp.mail(mail.sender, options=options, encoding=encoding)
            await smtp.rcpt(mail.recipient, encoding=encoding)
        return smtp

    @contextlib.asynccontextmanager
    async def _guarded(self, smtp: SMTP) -> AsyncIterator[None]:
        """Keep the connection after a refusal, which affects one letter only, and close it after any other failure."""
        try:
            yield
        except AddressInvalid:
            self._keep(smtp)
            raise
        except SMTPResponseException as error:
            # after an invalid reply the dialogue is out of step
            (self._keep if 400 <= error.code <= 599 else drop)(smtp)
            raise
        except BaseException:
            drop(smtp)
            raise

    def _keep(self, smtp: SMTP) -> None:
        if self._is_closing or not smtp.is_connected:
            drop(smtp)
        else:
            self._kept.append((self._loop.time(), smtp))

    async def _take_alive(self) -> SMTP | None:
        """The connection that was used last, if the server still answers on it; None if there is none."""
        while self._kept:
            _, smtp = self._kept.pop()
            try:
                # this also ends a mail that was refused
                await smtp.rset(timeout=RSET_SECONDS)
                return smtp
            except TimeoutError:
                # the others would not be answered either
                drop(smtp)
                self._drop_all()
            except SMTPException:
                drop(smtp)
            except BaseException:
                drop(smtp)
                raise
        return None

    async def _watch(self) -> None:
        """Close connections that are not used any more, until the loop ends or the channel is closed."""
        try:
            while True:
                await asyncio.sleep(IDLE_SECONDS / 2)
                used_since = self._loop.time() - IDLE_SECONDS
                unused = [smtp for used, smtp in self._kept if used < used_since]
                self._kept = [(used, smtp) for used, smtp in self._kept if used >= used_since]
                await quit_connections(*unused)
        finally:
            self._is_closing = True
            self._on_end()
            try:
                await quit_connections(*(smtp for _, smtp in self._kept))
            finally:
                self._drop_all()
                self._ended.set()

    def _drop_all(self) -> None:
        kept, self._kept = self._kept, []
        for _, smtp in kept:
            drop(smtp)


def _is_running_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
