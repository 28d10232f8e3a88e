"""Look an endpoint's name up once, and return only addresses to which a webhook may be sent."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from capcom_gql.plugin import AddressInvalid, Lookup, Resolve
from capcom_notify_webhook.destination import Destination
from capcom_notify_webhook.networks import fault

MAX_LOOKUPS = 32
"""The most look-ups at a time: endpoints have many names, and a look-up that hangs cannot be cancelled."""
MAX_ADDRESSES = 4
"""The most addresses of one name that are tried; all of them are checked."""


class CheckedLookup:
    """The look-up of endpoints' names, with a check of every address. `allow_loopback` allows this machine."""

    def __init__(self, resolve: Resolve, *, allow_loopback: bool) -> None:
        self._lookup = Lookup(resolve, MAX_LOOKUPS)
        self._allow_loopback = allow_loopback

    async def addresses(self, destination: Destination) -> list[IPv4Address | IPv6Address]:
        """The addresses to connect to, in order. Connect to them directly: another look-up could give others.

        At most MAX_ADDRESSES. Raises AddressInvalid if any address is refused, since a name that leads to public and
        private addresses is not trustworthy, and for plain http to another machine; OSError if the name cannot be
        looked up, Transient if too many look-ups are running.
        """
        if destination.address is not None:
            found: list[IPv4Address | IPv6Address] = [destination.address]
        else:
            found = [ip_address(each) for each in await self._lookup.addresses(destination.host, destination.port)]
        for address in found:
            if reason := fault(address, allow_loopback=self._allow_loopback):
                raise AddressInvalid(f"an address of {destination.host} {reason}: an endpoint must be a public host")
            if not destination.is_encrypted and not address.is_loopback:
                raise AddressInvalid(f"{destination.host} is not on this machine: the URL must begin with https://")
        return found[:MAX_ADDRESSES]
