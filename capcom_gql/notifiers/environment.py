"""Which variables of the environment a plugin's child process gets."""

import os
import sys
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from capcom_gql.settings import PREFIX, Settings

MIN_PASSWORD = 4
"""The least characters of a password that is searched for inside values; a shorter one is in too many by chance."""
_PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
_ALWAYS_KEPT = frozenset({"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR"})
"""Programs need these to start. They hold paths and no password, though one such as `root` may be part of a path."""


def child_environment(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment without the product's settings, and without variables that give access to the database or the
    broker: those whose value contains the password, the URL, or the host together with the database's name.

    The rest is kept, since a plugin may need it, such as the place of certificates or a proxy. `PYTHONPATH` is set, so
    that the child finds the same modules as this process.
    """
    addresses = [address for address in (settings.database_url, settings.broker_url) if address]
    passwords = {word for address in addresses for word in _passwords(urlsplit(address))}
    places = {word for address in addresses for word in _places(address)}

    def leads_there(value: str) -> bool:
        return (
            value in passwords
            or any(len(word) >= MIN_PASSWORD and word in value for word in passwords)
            or any(place in value.lower() for place in places)
        )

    kept = {
        name: value
        for name, value in environ.items()
        if name in _ALWAYS_KEPT or not (name.upper().startswith(PREFIX) or leads_there(value))
    }
    return {**kept, "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path)}


def _passwords(address: SplitResult) -> Iterator[str]:
    """Each form in which a password may be written: as in this URL, decoded, and encoded as in another URL."""
    for password in (address.password, *parse_qs(address.query).get("password", ())):
        if password:
            plain = unquote(password)
            yield from (password, plain, quote(plain), quote(plain, safe=""))


def _places(address: str) -> Iterator[str]:
    """Each way to write where a URL leads, in lower case."""
    yield address.lower()
    parts = urlsplit(address)
    if not parts.hostname:
        return
    if parts.scheme in ("redis", "rediss", "amqp", "amqps"):
        # the path is only the number of a Redis database or the name of a virtual host: it is the same broker
        yield parts._replace(path="", query="", fragment="").geturl().lower()
    if name := parts.path.strip("/").lower():
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        yield f"{host}/{name}"
        yield f"{host}:{parts.port or _PORTS.get(parts.scheme, 0)}/{name}"
