"""The way to the mail server: its name looked up, and a socket connected to one of the addresses found."""

import asyncio
import socket
from ipaddress import ip_address

from capcom_gql.plugin import Lookup

ADDRESS_SECONDS = 2.0
"""For an address to take the connection, while there is another to try; the last one is left all the time there is."""


async def connected(lookup: Lookup, host: str, port: int) -> socket.socket:
    """A socket connected to the first address of the host that answers. Its caller closes it.

    Waits as long as its caller lets it. Raises OSError and Transient as the look-up, and OSError where none answers.
    """
    *others, last = await lookup.addresses(host, port)
    for address in others:
        try:
            return await _connected(address, port, ADDRESS_SECONDS)
        except OSError:
            continue
    return await _connected(last, port, None)


async def _connected(address: str, port: int, seconds: float | None) -> socket.socket:
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    candidate = socket.socket(family, socket.SOCK_STREAM)
    try:
        candidate.setblocking(False)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(candidate, (address, port))
    except BaseException:
        candidate.close()
        raise
    return candidate
