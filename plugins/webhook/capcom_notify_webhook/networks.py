"""To which IP addresses a webhook may be sent: to public hosts only.

`ipaddress.is_global` alone is not enough: it accepts IPv4 multicast, NAT64 and 6to4 addresses, which wrap a private
IPv4 address in an IPv6 one, and public addresses at which some clouds serve metadata to their own machines.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

_REFUSED: tuple[tuple[str, str], ...] = (
    ("127.0.0.0/8", "is a loopback address"),
    ("10.0.0.0/8", "is in a private network"),
    ("172.16.0.0/12", "is in a private network"),
    ("192.168.0.0/16", "is in a private network"),
    ("169.254.0.0/16", "is a link-local address"),
    ("0.0.0.0/8", "is an unspecified address"),
    ("100.64.0.0/10", "is in the shared network of a provider"),
    ("224.0.0.0/4", "is a multicast address"),
    ("192.0.2.0/24", "is an address for documentation"),
    ("198.51.100.0/24", "is an address for documentation"),
    ("203.0.113.0/24", "is an address for documentation"),
    ("198.18.0.0/15", "is an address for benchmarks"),
    ("192.88.99.0/24", "is a relay of 6to4"),
    # at this public address Azure answers its own machines, with their secrets
    ("168.63.129.16/32", "belongs to the platform of a cloud"),
    ("192.0.0.0/24", "is reserved"),
    ("192.31.196.0/24", "is reserved"),
    ("192.52.193.0/24", "is reserved"),
    ("192.175.48.0/24", "is reserved"),
    ("240.0.0.0/4", "is reserved"),
    ("::1/128", "is a loopback address"),
    ("::/128", "is an unspecified address"),
    ("::ffff:0:0/96", "is an IPv4 address wrapped in an IPv6 one"),
    ("::/96", "is an IPv4 address wrapped in an IPv6 one"),
    ("64:ff9b::/96", "is an address of NAT64"),
    ("64:ff9b:1::/48", "is an address of NAT64"),
    ("2002::/16", "is an address of 6to4"),
    ("2001::/32", "is an address of Teredo"),
    ("2001:db8::/32", "is an address for documentation"),
    ("3fff::/20", "is an address for documentation"),
    ("2001::/23", "is reserved"),
    ("2620:4f:8000::/48", "is reserved"),
    ("fe80::/10", "is a link-local address"),
    ("fec0::/10", "is in a private network"),
    ("fc00::/7", "is in a private network"),
    ("ff00::/8", "is a multicast address"),
)
_NETWORKS: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple((ip_network(n), words) for n, words in _REFUSED)
_HOSTS_OF_IPV6 = IPv6Network("2000::/3")
"""The IPv6 addresses of the public internet; all others are reserved."""


def fault(address: IPv4Address | IPv6Address, *, allow_loopback: bool) -> str | None:
    """Why an address is refused, as the end of a sentence ("is a loopback address"); None if it is allowed."""
    if allow_loopback and address.is_loopback and not _is_mapped(address):
        return None
    for network, words in _NETWORKS:
        if address.version == network.version and address in network:
            return words
    if isinstance(address, IPv6Address) and address not in _HOSTS_OF_IPV6:
        return "is reserved"
    return None if address.is_global else "is not public"


def _is_mapped(address: IPv4Address | IPv6Address) -> bool:
    # newer versions of Python treat ::ffff:127.0.0.1 as loopback
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None
