"""A channel for web addresses, written to a file as a third party's would be; it notes whatever it is given to send."""

import json
import textwrap
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from capcom_gql import clock
from capcom_gql.domain.endpoints import WARN_AFTER
from capcom_gql.domain.rights import Actor
from capcom_gql.services.create_webhook_endpoint import (
    CreateWebhookEndpointForm,
    WebhookEndpointCreated,
    create_webhook_endpoint,
)
from capcom_gql.services.update_webhook_endpoint import UpdateWebhookEndpointForm, update_webhook_endpoint
from capcom_gql.storage.tables import Delivery, WebhookEndpoint
from tests.services.house import House, Service

URL = "https://hooks.example/capcom"

_CHANNEL = """
import json
from pathlib import Path
from capcom_gql.plugin import *
from capcom_gql.plugin import hookimpl

RECEIVED = Path({received!r})
MOOD = Path({mood!r})

class Hook(Notifier):
    name = "{name}"
    address_kind = "url"
    formats = ("text", "json")

    def validate_address(self, raw):
        if "://10." in raw:
            raise AddressInvalid("10.0.0.0/8 is a private network")
        return raw

    async def send(self, message):
        noted = dict(id=message.id, attempt=message.attempt, topic=message.topic, address=message.address)
        noted |= dict(subject=message.subject, text=message.text, payload=message.payload, keys=list(message.keys))
        with RECEIVED.open("a", encoding="utf-8") as file:
            file.write(json.dumps(noted) + "\\n")
        mood = MOOD.read_text(encoding="utf-8") if MOOD.exists() else ""
{body}

@hookimpl
def capcom_notifiers():
    return [Hook]
"""
BY_MOOD = """
    if mood in ("gone", f"gone {message.address}"):
        raise AddressGone("410 Gone")
    if mood == "invalid":
        raise AddressInvalid("it resolves to 127.0.0.1")
    if mood == "busy":
        raise Transient("503 Service Unavailable")
    if mood == "no":
        raise Permanent("400 Bad Request")
    if mood == "broken":
        raise RuntimeError("the channel itself")
    if mood == "unset":
        raise NotConfigured("no proxy is set")
    return Sent()
"""


@dataclass(frozen=True)
class Received:
    """One call of the channel."""

    id: str
    attempt: int
    topic: str
    address: str
    subject: str
    text: str
    payload: dict[str, Any]
    keys: list[str]


def install(house: House, name: str = "hook") -> None:
    """Write the channel's plugin; the house's mood says how it sends."""
    install_in(house.plugins, house.folder, name)


def install_in(plugins: Path, folder: Path, name: str = "hook") -> None:
    """The same where there is no house: what it notes, and its mood, are in the folder."""
    body = textwrap.indent(textwrap.dedent(BY_MOOD).strip("\n"), " " * 8)
    paths = {"received": str(folder / f"{name}.received"), "mood": str(folder / "mood")}
    (plugins / f"{name}.py").write_text(_CHANNEL.format(name=name, body=body, **paths), encoding="utf-8")


def received(house: House, name: str = "hook") -> list[Received]:
    """Every call of the channel so far, in order."""
    return received_in(house.folder, name)


def received_in(folder: Path, name: str = "hook") -> list[Received]:
    """The same where there is no house."""
    path = folder / f"{name}.received"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Received(**json.loads(line)) for line in lines]


async def create(service: Service, url: str = URL, *kinds: str, **more: Any) -> WebhookEndpointCreated:
    """An endpoint, made by staff."""
    return await create_webhook_endpoint(service.runtime, service.staff, CreateWebhookEndpointForm(url, kinds, **more))


async def change(service: Service, endpoint_id: str, actor: Actor | None = None, **lines: Any) -> WebhookEndpoint:
    """The endpoint once it is changed, by staff."""
    form = UpdateWebhookEndpointForm(endpoint_id, **lines)
    await update_webhook_endpoint(service.runtime, actor or service.staff, form)
    return await WebhookEndpoint.get(id=endpoint_id)


async def to_endpoints(**where: Any) -> list[Delivery]:
    """What goes to endpoints, in the order of the events."""
    return await Delivery.filter(endpoint_id__isnull=False, **where).order_by("due_at", "id")


async def notices() -> list[str]:
    """The kinds of event of which the support address is told."""
    told = await Delivery.filter(topic="staff_notice").order_by("id").select_related("event")
    return [each.event.kind for each in told]


async def only() -> WebhookEndpoint:
    """The endpoint as it stands."""
    return await WebhookEndpoint.get()


async def failing_for(span: timedelta, *, warned: bool = False) -> datetime:
    """Let the endpoint have been failing for so long; `warned` as it was told of to staff when it had for a day."""
    since = clock.utc_now() - span
    await WebhookEndpoint.all().update(failing_since=since)
    if warned:
        await WebhookEndpoint.all().update(warned_at=since + WARN_AFTER)
    return since
