"""What a child process gets of the environment."""

import os
import sys
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from capcom_gql.settings import PREFIX, Settings

SHORTEST_PASSWORD = 4
"""Characters of a password that is looked for inside of values; a shorter one stands in too many by chance."""
_PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
_WITHOUT_WHICH_NOTHING_STARTS = frozenset({"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR"})
"""They hold paths and no password, though one such as `root` may stand in them."""


def environment_of_children(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment without our settings, and without what leads to the database or the broker.

    That is each variable in which the password, the address, or the host with the name of the database stands, however
    the rest is written. What remains stays, since a plugin may need it: where certificates are, which proxy to use.
    """
    addresses = [address for address in (settings.database_url, settings.broker_url) if address]
    passwords = {word for address in addresses for word in _passwords(urlsplit(address))}
    places = {word for address in addresses for word in _places(address)}

    def leads_there(value: str) -> bool:
        return (
            value in passwords
            or any(len(word) >= SHORTEST_PASSWORD and word in value for word in passwords)
            or any(place in value.lower() for place in places)
        )

    kept = {
        name: value
        for name, value in environ.items()
        if name in _WITHOUT_WHICH_NOTHING_STARTS or not (name.upper().startswith(PREFIX) or leads_there(value))
    }
    # so that a child finds what this process would, this package among it
    return {**kept, "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path)}


def _passwords(address: SplitResult) -> Iterator[str]:
    """A password as it may be written: as in the address, as it is, as another address would have it."""
    for password in (address.password, *parse_qs(address.query).get("password", ())):
        if password:
            plain = unquote(password)
            yield from (password, plain, quote(plain), quote(plain, safe=""))


def _places(address: str) -> Iterator[str]:
    """What of an address tells where it leads, in lower case."""
    yield address.lower()
    parts = urlsplit(address)
    if not parts.hostname:
        return
    if parts.scheme in ("redis", "rediss", "amqp", "amqps"):
        # the same broker under another number, or name, of a database is the same broker
        yield parts._replace(path="", query="", fragment="").geturl().lower()
    if name := parts.path.strip("/").lower():
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        yield f"{host}/{name}"
        yield f"{host}:{parts.port or _PORTS.get(parts.scheme, 0)}/{name}"
