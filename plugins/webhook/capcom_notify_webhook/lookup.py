"""Look a name up once, and give only addresses that a webhook may go to."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from capcom_gql.plugin import AddressInvalid, Lookup, Resolve
from capcom_notify_webhook.destination import Destination
from capcom_notify_webhook.networks import fault

MOST_LOOKUPS = 32
"""Names that are being looked up at once: endpoints have many, and one that hangs keeps its place."""
MOST_ADDRESSES = 4
"""Addresses of one name that are tried; all are checked."""


class CheckedLookup:
    """`addresses` is the one place where a name becomes addresses."""

    def __init__(self, resolve: Resolve, *, allow_loopback: bool) -> None:
        self._lookup = Lookup(resolve, MOST_LOOKUPS)
        self._allow_loopback = allow_loopback

    async def addresses(self, destination: Destination) -> list[IPv4Address | IPv6Address]:
        """The addresses to connect to, in order; they must be connected to as they are, not looked up again.

        Raises AddressInvalid where a single one of them is refused: a name that leads both outside and
        inside is not to be trusted with either. Raises OSError where the name is not found.
        """
        if destination.address is not None:
            found: list[IPv4Address | IPv6Address] = [destination.address]
        else:
            found = [ip_address(each) for each in await self._lookup.addresses(destination.host, destination.port)]
        for address in found:
            if words := fault(address, allow_loopback=self._allow_loopback):
                raise AddressInvalid(f"an address of {destination.host} {words}: an endpoint must be a public host")
            if not destination.is_encrypted and not address.is_loopback:
                raise AddressInvalid(f"{destination.host} is not on this machine: the URL must begin with https://")
        return found[:MOST_ADDRESSES]
