"""Parse an endpoint's URL so strictly that no two programs can disagree about where it leads."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from capcom_gql.plugin import AddressInvalid
from capcom_notify_webhook.networks import fault

MAX_URL = 2000
"""The most characters of a URL."""
PORTS = (443, 8443)
"""The ports that are allowed: those of web servers with TLS, so that the channel cannot be used to probe others."""
_OWN_NAMES = ("localhost", "local", "internal", "arpa")
"""Top-level names that lead to this machine or its network."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?]*)(.*)")
_TARGET = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an endpoint is: the parts of its URL."""

    scheme: str
    host: str
    """A name in lower case, or an IP address, IPv6 without brackets."""
    address: IPv4Address | IPv6Address | None
    """The host as an address; None if it is a name, which must be looked up."""
    port: int
    target: str
    """The path and query, as in the request line."""

    @property
    def is_encrypted(self) -> bool:
        """Whether the scheme is https."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port, as in the Host header."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The canonical URL."""
        return f"{self.scheme}://{self.authority}{self.target}"


def parse(raw: str, *, allow_private: bool) -> Destination:
    """The destination of a URL. Raises AddressInvalid with a sentence that says what to change.

    `allow_private` allows plain http, any port, and hosts of this machine (loopback).
    """
    url = raw.strip()
    if not url:
        raise AddressInvalid("the URL is empty")
    if len(url) > MAX_URL:
        raise AddressInvalid(f"the URL is longer than {MAX_URL} characters")
    if not url.isascii():
        raise AddressInvalid("write the URL in ASCII: its host as xn--..., the rest percent-encoded")
    if not url.isprintable() or any(character in ' \\"<>^`{|}' for character in url):
        raise AddressInvalid("the URL holds a space, a backslash or another character that must be percent-encoded")
    if "#" in url:
        raise AddressInvalid("the URL has a fragment: remove # and what follows")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise AddressInvalid("this is not a URL: write it as https://host/path")
    scheme, authority, target = parts[1].lower(), parts[2], parts[3]
    if scheme != "https" and not (allow_private and scheme == "http"):
        raise AddressInvalid("the URL must begin with https://")
    host, address, port = _authority(scheme, authority, allow_private)
    if not _TARGET.fullmatch(target):
        raise AddressInvalid("the path or the query holds a character that must be percent-encoded")
    if not target.startswith("/"):
        target = f"/{target}"
    return Destination(scheme=scheme, host=host, address=address, port=port, target=target)


def _authority(scheme: str, authority: str, allow_private: bool) -> tuple[str, IPv4Address | IPv6Address | None, int]:
    if "@" in authority:
        raise AddressInvalid("the URL holds a user name or a password: remove all up to @")
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise AddressInvalid("the IPv6 address is not written as [address]")
        address: IPv4Address | IPv6Address | None = _ipv6(host)
    else:
        host, colon, port = authority.lower().partition(":")
        rest = colon + port
        address = _host(host, allow_private)
    if address is not None:
        host = str(address)
        if words := fault(address, allow_loopback=allow_private):
            raise AddressInvalid(f"{host} {words}: an endpoint must be a public host")
    return host, address, _port(scheme, rest, allow_private)


def _ipv6(host: str) -> IPv6Address:
    if "%" in host:
        raise AddressInvalid("the IPv6 address has a zone: an endpoint must be a public host")
    try:
        return IPv6Address(host)
    except AddressValueError:
        raise AddressInvalid("what stands in brackets is not an IPv6 address") from None


def _host(host: str, allow_private: bool) -> IPv4Address | None:
    """The host as an address, or None for a name that may be looked up."""
    if not host:
        raise AddressInvalid("the URL has no host")
    if host.endswith("."):
        raise AddressInvalid("remove the dot at the end of the host")
    labels = host.split(".")
    # browsers and the system read a host that ends in a number as an address: 127.1, 0x7f.1 and 2130706433 too
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return IPv4Address(host)
        except AddressValueError:
            raise AddressInvalid("write the IPv4 address as four decimal numbers, or use a name") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressInvalid("the host is not a name of letters, digits, hyphens and dots")
    if allow_private:
        return None
    if labels[-1] in _OWN_NAMES:
        raise AddressInvalid(f"a name in {labels[-1]} leads inside a network: an endpoint must be a public host")
    if len(labels) == 1:
        raise AddressInvalid("the host is a name without a dot: write it in full, as in www.example.org")
    return None


def _port(scheme: str, rest: str, allow_private: bool) -> int:
    if not rest:
        return _default_port(scheme)
    digits = rest.removeprefix(":")
    if not _PORT.fullmatch(digits) or int(digits) > 65535:
        raise AddressInvalid("the port is not a number from 1 to 65535 without zeros before it")
    port = int(digits)
    if not allow_private and port not in PORTS:
        raise AddressInvalid(f"the port must be {' or '.join(map(str, PORTS))}, not {port}")
    return port


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
