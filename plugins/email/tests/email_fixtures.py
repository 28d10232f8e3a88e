"""Mail servers with certificates made for the test, and the channel as its host would open it.

Imported by name where they are used, since a `conftest` of its own in each plugin would be one name for many modules.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from capcom_gql.plugin import Host, Resolve, by_the_system
from capcom_notify_email import Email, EmailConfig

from .post_office import PostOffice

Opening = Callable[..., Email]
Building = Callable[..., PostOffice]
USER, PASSWORD = "réseau", "mot de passe très sûr"


@pytest.fixture(scope="session", name="authority")
def an_authority() -> trustme.CA:
    """A certificate authority that nobody knew before."""
    return trustme.CA()


@pytest.fixture(scope="session", name="ca_file")
def a_ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of that authority, in a file."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session", name="trust")
def a_trust(authority: trustme.CA) -> ssl.SSLContext:
    """What a server with a good certificate needs."""
    return serving(authority.issue_cert("127.0.0.1"))


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


@pytest.fixture(name="build")
def a_build() -> Iterator[Building]:
    """Mail servers, stopped with the test."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(PostOffice(**settings))


@pytest.fixture(name="office")
def an_office(build: Building) -> PostOffice:
    """A server without TLS and without a sign-in."""
    return build()


@pytest.fixture(name="opened")
def an_opening(tmp_path: Path, ca_file: Path) -> Iterator[Opening]:
    """Channels to a server, closed twice with the test."""
    channels: list[Email] = []

    def open_one(office: PostOffice, *, resolve: Resolve = by_the_system, **settings: Any) -> Email:
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": str(office.port),
            "security": "none" if office.trust is None else "tls" if office.is_tls else "starttls",
            "sender": "Cap'Com Plus <bonjour@reseau.example>",
        }
        if office.trust is not None:
            given["ca_file"] = str(ca_file)
        host = Host(data_dir=tmp_path / "email", support_email="support@capcom.example")
        channel = Email(EmailConfig.model_validate(given | settings), host, resolve=resolve)
        channels.append(channel)
        return channel

    yield open_one
    for channel in channels:
        channel.close()
        channel.close()


@pytest.fixture(name="channel")
def a_channel(office: PostOffice, opened: Opening) -> Email:
    """The channel to the plain server."""
    return opened(office)
