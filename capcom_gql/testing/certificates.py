"""Certificates made on the spot: one that a channel may be told to trust, and one that nobody vouches for."""

import ssl
import tempfile
from enum import StrEnum
from pathlib import Path

from capcom_gql.testing.unavailable import WorldUnavailable


class Tls(StrEnum):
    """How a world answers: in the clear, with a certificate that its `ca_file` vouches for, or with another."""

    NONE = "none"
    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


class Certificates:
    """A small authority, kept in a folder until it is closed. `ca_file` (PEM) is what a channel is told to trust."""

    def __init__(self) -> None:
        """Raises WorldUnavailable when the package that makes certificates is not installed."""
        try:
            import trustme  # noqa: PLC0415  needed only where a world speaks TLS
        except ImportError as error:
            raise WorldUnavailable("trustme", "a world that speaks TLS makes its certificates with it") from error
        authority = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="capcom-certificates-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        self._names = ("127.0.0.1", "localhost")
        self._trusted = authority.issue_cert(*self._names)
        self._untrusted = trustme.CA().issue_cert(*self._names)

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def server_side(self, tls: Tls) -> ssl.SSLContext | None:
        """What a server needs to speak TLS in that way; None in the clear."""
        if tls is Tls.NONE:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf = self._trusted if tls is Tls.TRUSTED else self._untrusted
        leaf.configure_cert(context)
        return context
