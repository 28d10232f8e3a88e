"""Fixtures: the channel, and endpoints with certificates made for the test.

Imported by name where they are used, since a `conftest` of its own in each plugin would be one name for many modules.
"""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from capcom_gql.plugin import Host
from capcom_notify_webhook import Webhook, WebhookConfig

from .webhook_endpoint import Endpoint


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


@pytest.fixture(scope="session", name="certified")
def a_certifier(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A server's TLS, with a certificate for the names given."""

    def make(*names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        return context

    return make


@pytest.fixture(name="endpoint")
def an_endpoint() -> Iterator[Endpoint]:
    """An endpoint in the clear."""
    with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture(name="secure_endpoint")
def a_secure_endpoint(certified: Callable[..., ssl.SSLContext]) -> Iterator[Endpoint]:
    """An endpoint with a certificate for hooks.ville.example."""
    with Endpoint(certified("hooks.ville.example")) as endpoint:
        yield endpoint


@pytest.fixture(name="host")
def a_host(tmp_path: Path) -> Host:
    return Host(data_dir=tmp_path / "webhook", support_email="support@capcom.example")


@pytest.fixture(name="webhook")
def a_webhook(host: Host) -> Webhook:
    """The channel as in development."""
    return Webhook(WebhookConfig(allow_private=True), host)
