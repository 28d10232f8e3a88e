"""What an endpoint gets: read off the wire, and verified with the reference library of Standard Webhooks."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from capcom_gql.plugin import Host, Permanent, Sent, Transient
from capcom_notify_webhook import Webhook, WebhookConfig

from .webhook_endpoint import Endpoint, Received, answer
from .webhook_event import BODY, OLD_SECRET, PAYLOAD, SECRET, event
from .webhook_fixtures import (  # noqa: F401  found by pytest under their names
    a_ca_file,
    a_certifier,
    a_host,
    a_secure_endpoint,
    a_webhook,
    an_authority,
    an_endpoint,
)

STRANGER = "whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="


async def test_an_event_is_one_signed_post(webhook: Webhook, endpoint: Endpoint) -> None:
    before = int(time.time())
    sent = await webhook.send(event(endpoint.url(target="/hook/1?from=capcom%20plus")))
    assert sent == Sent()
    (request,) = endpoint.requests
    assert request.line == "POST /hook/1?from=capcom%20plus HTTP/1.1"
    assert request.body == BODY
    assert before <= int(request.headers["webhook-timestamp"]) <= time.time()
    signature = request.headers["webhook-signature"]
    assert signature.startswith("v1,")
    assert request.headers == {
        "host": f"127.0.0.1:{endpoint.port}",
        "accept": "*/*",
        "connection": "close",
        "content-length": str(len(BODY)),
        "content-type": "application/json",
        "user-agent": f"capcom-gql/{version('capcom-gql')} (webhook)",
        "webhook-id": "dlv_01jxq7",
        "webhook-timestamp": request.headers["webhook-timestamp"],
        "webhook-signature": signature,
    }
    assert verified(request, SECRET) == PAYLOAD


async def test_while_secrets_are_exchanged_either_verifies(webhook: Webhook, endpoint: Endpoint) -> None:
    await webhook.send(replace(event(endpoint.url()), keys=(SECRET, OLD_SECRET)))
    (request,) = endpoint.requests
    newest, old = request.headers["webhook-signature"].split(" ")
    assert verified(request, SECRET) == verified(request, OLD_SECRET) == PAYLOAD
    assert verified(with_signature(request, newest), SECRET) == PAYLOAD
    assert verified(with_signature(request, old), OLD_SECRET) == PAYLOAD
    for secret, signature in ((SECRET, old), (OLD_SECRET, newest), (STRANGER, f"{newest} {old}")):
        with pytest.raises(WebhookVerificationError):
            verified(with_signature(request, signature), secret)


async def test_a_changed_body_or_id_does_not_verify(webhook: Webhook, endpoint: Endpoint) -> None:
    await webhook.send(event(endpoint.url()))
    (request,) = endpoint.requests
    for forged in (
        replace(request, body=request.body.replace(b"seat.added", b"seat.stolen")),
        replace(request, headers={**request.headers, "webhook-id": "dlv_another"}),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(forged, SECRET)


async def test_the_second_attempt_has_the_same_id_and_a_signature_of_its_own(
    webhook: Webhook, endpoint: Endpoint
) -> None:
    endpoint.script.append(answer(500))
    with pytest.raises(Transient):
        await webhook.send(event(endpoint.url()))
    # Receivers refuse a timestamp that is minutes old, and a retry may come days after.
    await asyncio.sleep(1.1)
    await webhook.send(replace(event(endpoint.url()), attempt=2))
    first, second = endpoint.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert verified(second, SECRET) == PAYLOAD


async def test_over_tls_the_name_is_asked_for_and_the_checked_address_is_called(
    secure_endpoint: Endpoint, ca_file: Path, host: Host
) -> None:
    asked: list[tuple[str, int]] = []

    def resolve(name: str, port: int) -> list[str]:
        asked.append((name, port))
        return ["127.0.0.1"]

    webhook = Webhook(WebhookConfig(allow_private=True, ca_file=ca_file), host, resolve=resolve)
    await webhook.send(event(secure_endpoint.url("hooks.ville.example")))
    (request,) = secure_endpoint.requests
    assert asked == [("hooks.ville.example", secure_endpoint.port)]
    assert request.server_name == "hooks.ville.example"
    assert request.headers["host"] == f"hooks.ville.example:{secure_endpoint.port}"
    assert verified(request, SECRET) == PAYLOAD


async def test_an_address_may_have_a_certificate_of_its_own(
    certified: Callable[..., ssl.SSLContext], ca_file: Path, host: Host
) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True, ca_file=ca_file), host)
    with Endpoint(certified("127.0.0.1")) as endpoint:
        assert await webhook.send(event(endpoint.url())) == Sent()
        assert endpoint.requests[0].server_name is None


async def test_no_connection_is_used_twice(webhook: Webhook, endpoint: Endpoint) -> None:
    endpoint.script.extend([answer(200, "Connection: keep-alive"), answer(200, "Connection: keep-alive")])
    with Endpoint() as another:
        for url in (endpoint.url(target="/a"), endpoint.url(target="/b"), another.url()):
            await webhook.send(event(url))
        assert (endpoint.connections, another.connections) == (2, 1)
        assert len({request.port for request in endpoint.requests}) == 2


async def test_a_payload_may_be_a_mapping_that_nobody_can_change(webhook: Webhook, endpoint: Endpoint) -> None:
    frozen = MappingProxyType({**PAYLOAD, "data": MappingProxyType({"id": "evt_1"})})
    await webhook.send(replace(event(endpoint.url()), payload=frozen))
    assert endpoint.requests[0].body.endswith(b'"data":{"id":"evt_1"}}')


async def test_a_letter_is_not_sent(webhook: Webhook, endpoint: Endpoint) -> None:
    for letter in (replace(event(endpoint.url()), keys=()), replace(event(endpoint.url()), payload=None)):
        with pytest.raises(Permanent, match="events to endpoints, not letters"):
            await webhook.send(letter)
    assert endpoint.connections == 0


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_abcd efgh", "whsec_é", "whsec_abcde"])
async def test_a_secret_that_is_none_is_told_without_showing_it(
    webhook: Webhook, endpoint: Endpoint, secret: str
) -> None:
    with pytest.raises(Permanent, match="rotate it") as caught:
        await webhook.send(replace(event(endpoint.url()), keys=(SECRET, secret)))
    assert str(caught.value) == "a secret of the endpoint is malformed (not whsec_ and base64): rotate it"
    assert endpoint.connections == 0


@pytest.mark.parametrize("value", [float("nan"), {"a", "b"}, "\ud800"])
async def test_what_json_cannot_say_is_not_sent(webhook: Webhook, endpoint: Endpoint, value: object) -> None:
    with pytest.raises(Permanent, match="cannot be written as JSON"):
        await webhook.send(replace(event(endpoint.url()), payload={"data": value}))
    assert endpoint.connections == 0


def verified(request: Received, secret: str) -> object:
    """What the reference library reads, for a receiver who has this secret."""
    return Verifier(secret).verify(request.body, request.headers)


def with_signature(request: Received, signature: str) -> Received:
    return replace(request, headers={**request.headers, "webhook-signature": signature})
