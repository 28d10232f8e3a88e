"""Connect to the mail server: look its name up, and try its addresses in turn."""

import asyncio
import socket
from ipaddress import ip_address

from capcom_gql.plugin import Lookup

ADDRESS_SECONDS = 2.0
"""Seconds for each address but the last to accept the connection."""


async def connect_to_host(lookup: Lookup, host: str, port: int) -> socket.socket:
    """A socket connected to the first address of the host that accepts. The caller closes it.

    It has no time limit of its own. Raises what `Lookup.addresses` raises, and OSError if no address accepts.
    """
    *others, last = await lookup.addresses(host, port)
    for address in others:
        try:
            return await _connect(address, port, ADDRESS_SECONDS)
        except OSError:
            continue
    return await _connect(last, port, None)


async def _connect(address: str, port: int, seconds: float | None) -> socket.socket:
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
