"""The webhook channel keeps the contract of a channel."""

from capcom_gql.testing import HttpWorld, NotifierContract, Request
from capcom_notify_webhook import Webhook


class TestWebhook(NotifierContract):
    """Its addresses lead to the world itself, which speaks TLS as endpoints do."""

    channel = Webhook
    world = HttpWorld
    over_tls = True
    bad_address = "ftp://endpoint.example/events"

    def settings(self, world: HttpWorld) -> dict[str, str]:
        return {"allow_private": "true", "ca_file": str(world.ca_file)}

    def address_in(self, world: HttpWorld) -> str:
        return f"{world.url}/events"

    def identity(self, request: Request) -> object:
        return request.headers["webhook-id"]
