"""An endpoint that cannot be trusted, or speaks no TLS, gets nothing; its event waits for it to be mended."""

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from capcom_gql.plugin import Host, Transient
from capcom_notify_webhook import Webhook, WebhookConfig

from .webhook_endpoint import PATIENCE, Endpoint
from .webhook_event import event
from .webhook_fixtures import (  # noqa: F401  found by pytest under their names
    a_ca_file,
    a_certifier,
    a_host,
    a_secure_endpoint,
    a_webhook,
    an_authority,
)

GIB = 1024 * 1024 * 1024


async def test_a_certificate_that_nobody_vouches_for(host: Host, secure_endpoint: Endpoint) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True), host, resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(Transient, match=r"^the certificate of hooks\.ville\.example is refused: unable to get local"):
        await webhook.send(event(secure_endpoint.url("hooks.ville.example")))
    assert secure_endpoint.requests == []


async def test_a_certificate_of_another_name(host: Host, secure_endpoint: Endpoint, ca_file: Path) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True, ca_file=ca_file), host, resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(Transient, match=r"^the certificate of other\.example is refused: Hostname mismatch"):
        await webhook.send(event(secure_endpoint.url("other.example")))
    assert secure_endpoint.requests == []


async def test_a_certificate_that_has_expired(host: Host, authority: trustme.CA, ca_file: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1)).configure_cert(context)
    webhook = Webhook(WebhookConfig(allow_private=True, ca_file=ca_file), host)
    with Endpoint(context) as endpoint, pytest.raises(Transient, match="is refused: certificate has expired"):
        await webhook.send(event(endpoint.url()))


async def test_https_to_a_server_that_speaks_no_tls(webhook: Webhook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak_plainly() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Speak plainly\r\n\r\n")
                connection.recv(4096)

        speaking = threading.Thread(target=speak_plainly)
        speaking.start()
        with pytest.raises(Transient, match=r"^TLS with 127\.0\.0\.1 failed: WRONG_VERSION_NUMBER$"):
            await webhook.send(event(f"https://127.0.0.1:{server.getsockname()[1]}/"))
        speaking.join(PATIENCE)


async def test_a_long_answer_over_tls_is_dropped_at_once(
    host: Host, certified: Callable[..., ssl.SSLContext], ca_file: Path
) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True, ca_file=ca_file), host)

    taken = 0

    def pour(connection: socket.socket) -> None:
        nonlocal taken
        connection.sendall(f"HTTP/1.1 500 No\r\nContent-Length: {GIB}\r\n\r\n".encode())
        while taken < GIB:
            taken += connection.send(bytes(64 * 1024))

    with Endpoint(certified("127.0.0.1")) as endpoint:
        endpoint.script.append(pour)
        with pytest.raises(Transient, match="answered 500"):
            await webhook.send(event(endpoint.url()))
    # What the system had buffered for a reader who went away.
    assert taken < GIB / 32
