"""Look a name up beside the event loop, in a bounded number of threads that nobody waits for; for any channel.

Not in the loop's own pool: a name server that does not answer would fill it, stop everybody else who needs a thread
of it, and keep the program from ending.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TypeAlias

from capcom_gql.notifiers.contract import Transient

MOST_LOOKUPS = 8
"""Look-ups of one channel under way at once. The system's cannot be stopped, and a name server may keep one for a
minute."""

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text; may block. Raises OSError where there are none."""


class UnknownName(OSError):
    """A name that leads nowhere; its text is a sentence that names it."""


def by_the_system(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives, in the order in which they are to be tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookup:
    """A resolver with a bound; may be asked from several loops at once. One for each notifier is enough."""

    def __init__(self, resolve: Resolve = by_the_system, most: int = MOST_LOOKUPS) -> None:
        self._resolve = resolve
        self._most = most
        self._free = threading.Semaphore(most)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses to connect to, in order; at least one. An address leads to itself, without a look-up.

        Waits as long as its caller lets it. Raises UnknownName or another OSError, and Transient where too
        many look-ups hang already.
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
            raise Transient(f"{self._most} look-ups of {host} are under way already and none comes back")
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
                # The loop ended while the look-up hung: nobody waits for it any more.
                return

        threading.Thread(target=run, daemon=True, name="lookup").start()
        return await answer
