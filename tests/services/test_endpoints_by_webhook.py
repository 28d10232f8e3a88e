"""The whole way: a deed, its event, the bundled channel, a server that verifies the signature (both engines)."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from capcom_gql.services.rotate_webhook_secret import rotate_webhook_secret
from capcom_gql.storage.tables import WebhookEndpoint
from tests.services.house import House, Service, faults_of, states
from tests.services.receiving import change, create, to_endpoints


@dataclass
class Receiver:
    """A server on this machine that keeps what it is sent, and answers with its `status`."""

    status: int = 204
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def verified(self, secret: str) -> list[Any]:
        """Every body so far, each found to be signed with this secret."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that runs."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
async def service(house: House) -> Service:
    """A process with the bundled channel, which may call this machine."""
    return await house.start(PLUGINS_DISABLED="mailbox", NOTIFY__WEBHOOK__ALLOW_PRIVATE="true")


@pytest.mark.rule("R21")
async def test_what_is_sent_verifies_with_either_secret(receiver: Receiver, service: Service) -> None:
    created = await create(service, receiver.url, "subscription.opened")
    rotated = await rotate_webhook_secret(service.staff, created.endpoint_id)
    await service.subscribe("ana")
    await service.tick()
    (delivery,) = await to_endpoints()
    assert (delivery.state, delivery.channel) == ("SENT", "webhook")
    ((headers, _),) = receiver.requests
    assert headers["webhook-id"] == delivery.id
    (told,) = receiver.verified(created.secret)
    assert receiver.verified(rotated.secret) == [told]
    assert (told["type"], told["data"]["id"]) == ("subscription.opened", delivery.event_id)


@pytest.mark.rule("R21")
async def test_a_server_that_answers_410_is_left_alone_until_it_is_back(receiver: Receiver, service: Service) -> None:
    receiver.status = 410
    created = await create(service, receiver.url, "subscription.opened", "seat.added")
    await service.subscribe("ana", "bob")
    await service.tick()
    assert len(receiver.requests) == 1
    endpoint = await WebhookEndpoint.get(id=created.endpoint_id)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "GONE")
    assert await states(endpoint_id__isnull=False) == {"FAILED": 1, "HELD": 2}
    receiver.status = 204
    await change(service, created.endpoint_id, is_enabled=True)
    await service.tick()
    assert await states(endpoint_id__isnull=False) == {"SENT": 3}
    ids = [headers["webhook-id"] for headers, _ in receiver.requests]
    assert ids[1:] == [each.id for each in await to_endpoints()] and ids[0] == ids[1]
    assert len(receiver.verified(created.secret)) == 4


@pytest.mark.rule("R21")
async def test_an_address_that_the_channel_never_calls_is_refused_at_once(house: House) -> None:
    service = await house.start(PLUGINS_DISABLED="mailbox")
    for url in ("http://hooks.example/x", "https://10.1.2.3/x", "https://user:pass@hooks.example/x"):
        assert await faults_of(create(service, url)) == [("UNSAFE_URL", "url")], url
