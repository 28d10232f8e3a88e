"""Look a name up once, and give only addresses that a webhook may go to."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from capcom_gql.plugin import AddressInvalid, Transient
from capcom_notify_webhook.destination import Destination
from capcom_notify_webhook.networks import fault

MOST_LOOKUPS = 32
"""Look-ups under way at once. The system's cannot be stopped, and a name server may keep one for a minute."""
MOST_ADDRESSES = 4
"""Addresses of one name that are tried; all are checked."""

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text; may block. Raises OSError where there are none."""


def by_the_system(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives, in the order in which they are to be tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookup:
    """A resolver with a bound. `addresses` is the one place where a name becomes addresses."""

    def __init__(self, resolve: Resolve, *, allow_loopback: bool) -> None:
        self._resolve = resolve
        self._allow_loopback = allow_loopback
        self._free = threading.Semaphore(MOST_LOOKUPS)

    async def addresses(self, destination: Destination) -> list[IPv4Address | IPv6Address]:
        """The addresses to connect to, in order; they must be connected to as they are, not looked up again.

        Raises AddressInvalid where a single one of them is refused: a name that leads both outside and
        inside is not to be trusted with either. Raises OSError where the name is not found.
        """
        if destination.address is not None:
            found: list[IPv4Address | IPv6Address] = [destination.address]
        else:
            found = [ip_address(text) for text in await self._in_thread(destination.host, destination.port)]
        for address in found:
            if words := fault(address, allow_loopback=self._allow_loopback):
                raise AddressInvalid(f"an address of {destination.host} {words}: an endpoint must be a public host")
            if not destination.is_encrypted and not address.is_loopback:
                raise AddressInvalid(f"{destination.host} is not on this machine: the URL must begin with https://")
        if not found:
            raise Transient(f"the name {destination.host} has no address")
        return found[:MOST_ADDRESSES]

    async def _in_thread(self, host: str, port: int) -> Sequence[str]:
        # Not in the loop's own pool, which look-ups that hang would fill, and whose threads are waited for at exit.
        if not self._free.acquire(blocking=False):
            raise Transient(f"{MOST_LOOKUPS} names are being looked up already and none comes back")
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

        threading.Thread(target=run, daemon=True, name="webhook-lookup").start()
        return await answer
