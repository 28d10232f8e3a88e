"""Whether a request comes from this machine itself: what development shows to nobody else."""

from collections.abc import Iterable
from ipaddress import ip_address

_FORWARDING = frozenset({b"forwarded", b"via", b"x-real-ip"})


def is_nearby(peer: str, header_names: Iterable[bytes]) -> bool:
    """Whether the peer is a loopback address and no proxy has forwarded the request.

    `header_names` are in lower case, as ASGI has them. A proxy on this machine is a loopback peer as well, so that any
    header of forwarding counts as a request from elsewhere.
    """
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    # ::ffff:127.0.0.1 is how a socket of both families names an IPv4 peer
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback and not any(
        name in _FORWARDING or name.startswith(b"x-forwarded-") for name in header_names
    )
