"""Certificates for tests: of an authority that a channel can be told to trust, and of an untrusted one."""

import ssl
import tempfile
from enum import StrEnum
from pathlib import Path


class WorldUnavailable(RuntimeError):
    """A package that a world needs is not installed. The text says which, what for, and how to install it."""

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(
            f"{package} is not installed, and {purpose}: pip install 'capcom-gql[testing]', or pip install {package}"
        )


class Tls(StrEnum):
    """Whether a world speaks TLS, and with which certificate."""

    NONE = "none"
    TRUSTED = "trusted"
    """with a certificate of the authority in `ca_file`"""
    UNTRUSTED = "untrusted"
    """with a certificate of another authority"""


class Certificates:
    """A certificate authority for tests, in a temporary folder until it is closed.

    `ca_file` is the authority's certificate as a PEM file, to be trusted by a channel. Certificates are for 127.0.0.1
    and localhost.
    """

    def __init__(self) -> None:
        """Raises WorldUnavailable if trustme is not installed."""
        try:
            import trustme  # noqa: PLC0415  needed only where a world speaks TLS
        except ImportError as error:
            raise WorldUnavailable("trustme", "a world that speaks TLS needs it for its certificates") from error
        authority = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="capcom-certificates-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        self._names = ("127.0.0.1", "localhost")
        self._trusted = authority.issue_cert(*self._names)
        self._untrusted = trustme.CA().issue_cert(*self._names)

    def close(self) -> None:
        """Delete the folder."""
        self._folder.cleanup()

    def server_side(self, tls: Tls) -> ssl.SSLContext | None:
        """The SSL context of a server for this kind of TLS; None for Tls.NONE."""
        if tls is Tls.NONE:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf = self._trusted if tls is Tls.TRUSTED else self._untrusted
        leaf.configure_cert(context)
        return context
