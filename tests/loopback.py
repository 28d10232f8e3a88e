"""The guard of the test suite: no test of this process talks to anything but this machine.

It is an audit hook, so that it sees every connection whatever library makes it. Names are looked up by the system,
unseen; what is refused is a connection or a datagram to an address that is not loopback.
"""

import ipaddress
import socket
import sys
from urllib.parse import urlsplit

_INTERNET = (socket.AF_INET, socket.AF_INET6)


class OutsideConnection(Exception):
    """A test tried to talk to another machine; not an OSError, so that nothing takes it for a network's failure."""


class LoopbackGuard:
    """Refuses and remembers; a refusal that the code under test has swallowed still fails its test.

    `exception` is the address of a server that the environment names for the tests, if any.
    """

    def __init__(self, exception: str = "") -> None:
        self.refused: list[str] = []
        host = urlsplit(exception).hostname
        found = socket.getaddrinfo(host, None) if host else []
        self._allowed = {"localhost", *(str(entry[4][0]) for entry in found)}

    def install(self) -> None:
        """Guard this process until it ends: an audit hook cannot be taken away."""
        sys.addaudithook(self._heed)

    def _heed(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        used, address = arguments[:2]
        if not isinstance(used, socket.SocketType) or used.family not in _INTERNET or not isinstance(address, tuple):
            return
        host = str(address[0])
        if host not in self._allowed and not _is_loopback(host):
            self.refused.append(host)
            raise OutsideConnection(f"a test may talk to this machine only, not to {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
