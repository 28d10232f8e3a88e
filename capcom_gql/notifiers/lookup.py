"""Look host names up without blocking the event loop, in a bounded number of daemon threads; for any channel.

Not in the loop's own thread pool: a name server that does not answer would fill it, stop everything else that needs a
thread of it, and keep the program from ending.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TypeAlias

from capcom_gql.notifiers.contract import Transient

MAX_LOOKUPS = 8
"""The most look-ups of one channel at a time, unless `Lookup` is given another number. The system's look-up cannot be
cancelled, and takes up to a minute if the name server does not answer."""

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""A function of a host name and a port that returns the host's IP addresses as text. It may block, and raises OSError
if there are none."""


class UnknownName(OSError):
    """A host name that cannot be resolved; the text is a sentence that names it."""


def by_the_system(host: str, port: int) -> list[str]:
    """The IP addresses from the system's resolver, in the order in which to try them. Blocks. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookup:
    """An asynchronous resolver that makes at most `most` look-ups at a time, each by `resolve` in a thread.

    One for each notifier is enough: it may be used from several event loops at once.
    """

    def __init__(self, resolve: Resolve = by_the_system, most: int = MAX_LOOKUPS) -> None:
        self._resolve = resolve
        self._most = most
        self._free = threading.Semaphore(most)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The IP addresses to connect to, in order, at least one. A host that is an IP address is returned as it is.

        It has no time limit of its own: put one around the call. Raises UnknownName or another OSError, and Transient
        if too many look-ups are running.
        """
        try:
            return [str(ip_address(host))]
        except ValueError:
            found = await self._in_thread(host, port)
        if not found:
            raise UnknownName(f"the name {host} has no address")
        return found

    async def _in_thread(self, host: str, port: int) -> Sequence[str]:
        if not self._free.acquire(blocking=False):
            raise Transient(f"{self._most} name look-ups are running and none has ended: {host} is not looked up")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()

        def settle(found: Sequence[str], error: OSError | None) -> None:
            if answer.done():
                return
            if error is None:
                answer.set_result(found)
            else:
                answer.set_exception(error)

        def run() -> None:
            found: Sequence[str] = ()
            failure: OSError | None = None
            try:
                found = self._resolve(host, port)
            except socket.gaierror as error:
                failure = UnknownName(f"the name {host} cannot be looked up: {error.strerror or error}")
            except OSError as error:
                failure = error
            except UnicodeError as error:
                failure = OSError(f"{host} is not a name: {error}")
            finally:
                self._free.release()
            try:
                loop.call_soon_threadsafe(settle, found, failure)
            except RuntimeError:
                # the loop ended while the look-up hung: nothing waits for the result any more
                return

        threading.Thread(target=run, daemon=True, name="lookup").start()
        return await answer
