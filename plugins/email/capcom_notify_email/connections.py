"""Connections to the mail server, a few in each event loop, used again for the next letter.

A connection belongs to the loop that opened it. It is kept for `IDLE_SECONDS` and asked for a sign of life before it
is used again; one that the server has closed meanwhile is replaced, and the letter goes by the new one.
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
from capcom_notify_email.sockets import connected

MOST_CONNECTIONS = 4
"""At once in one loop: servers turn away whoever opens many. Further letters wait for one."""
IDLE_SECONDS = 30.0
SIGN_OF_LIFE_SECONDS = 2.0
PARTING_SECONDS = 0.5
SHUTTING_DOWN = 421
NO_SUCH_MECHANISM = 504


async def open_connection(config: EmailConfig, trust: ssl.SSLContext | None, lookup: Lookup) -> SMTP:
    """A connection ready for letters: greeted, encrypted and signed in as the settings want it.

    Waits as long as its caller lets it. Raises NotConfigured, Transient, SMTPException, OSError.
    """
    sock = await connected(lookup, config.host, config.port_used)
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
    """Close a connection at once, without a word to the server."""
    transport = smtp.transport
    smtp.close()
    if transport is not None:
        cast(asyncio.WriteTransport, transport).abort()


async def part_with(*connections: SMTP) -> None:
    """Take leave of the server, which is given little time to answer. The connections are closed afterwards."""
    await asyncio.gather(*(_quit(smtp) for smtp in connections))
    # the transports let go of their sockets in the loop's next turns
    for _ in range(2):
        await asyncio.sleep(0)


async def _quit(smtp: SMTP) -> None:
    transport = smtp.transport
    try:
        await smtp.quit(timeout=PARTING_SECONDS)
    except (SMTPException, OSError):
        pass  # it is left in any case
    finally:
        drop(smtp)
        if transport is not None:
            # a parting under TLS would wait for the server's own
            cast(asyncio.WriteTransport, transport).abort()


async def _sign_in(smtp: SMTP, config: EmailConfig) -> None:
    """By the first way that the server offers; not by one after the other, since servers count failures."""
    ways = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    offered = [way for name, way in ways.items() if name in smtp.server_auth_methods]
    if not offered:
        raise NotConfigured(f"{config.server} offers no sign-in that is known here: correct SECURITY, or USERNAME")
    *first, last = offered
    for way in first:
        try:
            await way(config.username, config.password.get_secret_value())
            return
        except SMTPResponseException as error:
            if error.code != NO_SUCH_MECHANISM:
                raise
    await last(config.username, config.password.get_secret_value())


def _own_name(smtp: SMTP) -> str:
    """What this machine calls itself in EHLO: its full name, else its address (RFC 5321, 4.1.4)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = ipaddress.ip_address(str(smtp.get_transport_info("sockname")[0]).partition("%")[0])
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


class Connections:
    """Those of the running event loop. `on_end` is called when they are closed, which the loop's end does too."""

    def __init__(
        self, config: EmailConfig, trust: ssl.SSLContext | None, lookup: Lookup, on_end: Callable[[], None]
    ) -> None:
        self._config = config
        self._trust = trust
        self._lookup = lookup
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)
        self._kept: list[tuple[float, SMTP]] = []
        self._is_closing = False
        self._ended = threading.Event()
        self._watching = self._loop.create_task(self._watch(), name="email-connections")

    async def hand_over(self, mail: Mail) -> str:
        """Give the server a mail; what it answers on taking it. Raises as `open_connection`, and AddressInvalid."""
        async with self._room:
            smtp = await self._begun(mail)
            async with self._guarded(smtp):
                answer = await smtp.data(mail.content)
            self._keep(smtp)
            return answer.message

    def close(self) -> None:
        """Take leave of the server, from whatever thread; waits for it unless this is the loop's own."""
        try:
            self._loop.call_soon_threadsafe(self._watching.cancel)
        except RuntimeError:
            return  # the loop is closed, and has ended its tasks before
        if self._loop.is_running() and not _is_running_here(self._loop):
            self._ended.wait(2 * PARTING_SECONDS)

    async def _begun(self, mail: Mail) -> SMTP:
        """A connection on which the server has taken the sender and the recipient."""
        if (kept := await self._alive()) is not None:
            # nothing of the letter was given yet: where the server has had enough of this connection, another will do
            try:
                return await self._begin(kept, mail)
            except SMTPServerDisconnected:
                pass
            except SMTPResponseException as error:
                if error.code != SHUTTING_DOWN:
                    raise
        return await self._begin(await open_connection(self._config, self._trust, self._lookup), mail)

    async def _begin(self, smtp: SMTP, mail: Mail) -> SMTP:
        async with self._guarded(smtp):
            if mail.needs_utf8 and not smtp.supports_extension("smtputf8"):
                raise AddressInvalid(f"{self._config.server} takes no address with accents before the @ (SMTPUTF8)")
            options, encoding = (["SMTPUTF8"], "utf-8") if mail.needs_utf8 else ([], "ascii")
            await smtp.mail(mail.sender, options=options, encoding=encoding)
            await smtp.rcpt(mail.recipient, encoding=encoding)
        return smtp

    @contextlib.asynccontextmanager
    async def _guarded(self, smtp: SMTP) -> AsyncIterator[None]:
        """A refusal concerns one letter, and the connection stays; whatever else goes wrong ends it."""
        try:
            yield
        except AddressInvalid:
            self._keep(smtp)
            raise
        except SMTPResponseException as error:
            # what is no answer at all leaves the dialogue out of step
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

    async def _alive(self) -> SMTP | None:
        """The connection used last, once the server has shown that it still listens."""
        while self._kept:
            _, smtp = self._kept.pop()
            try:
                # ends what a refusal has left open, too
                await smtp.rset(timeout=SIGN_OF_LIFE_SECONDS)
                return smtp
            except TimeoutError:
                # the others will not be answered either, and each would be waited for
                drop(smtp)
                self._drop_all()
            except SMTPException:
                drop(smtp)
            except BaseException:
                drop(smtp)
                raise
        return None

    async def _watch(self) -> None:
        """Part with connections that nobody uses, until the loop ends or the channel is closed."""
        try:
            while True:
                await asyncio.sleep(IDLE_SECONDS / 2)
                used_since = self._loop.time() - IDLE_SECONDS
                unused = [smtp for used, smtp in self._kept if used < used_since]
                self._kept = [(used, smtp) for used, smtp in self._kept if used >= used_since]
                await part_with(*unused)
        finally:
            self._is_closing = True
            self._on_end()
            try:
                await part_with(*(smtp for _, smtp in self._kept))
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
