"""What goes through the broker: ids and names of channels, and nothing about anybody."""

import json
import re
import threading
from typing import Any

import pytest
import redis as redis_driver

from capcom_gql.storage.tables import Delivery, Organisation, Person, Seat
from tests.databases import ONLY_SQLITE
from tests.redis_server import Redis
from tests.services.house import House
from tests.workers.staff_room import StaffRoom, a_deed, eventually

pytestmark = pytest.mark.timeout(120)


class Eavesdropper:
    """Hears every command that Redis is given."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._client = redis_driver.Redis.from_url(url)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    def _listen(self) -> None:
        # the driver gives no types here
        with self._client.monitor() as monitor:  # type: ignore[no-untyped-call]
            self._ready.set()
            try:
                for command in monitor.listen():
                    self.heard.append(str(command["command"]))
            except (redis_driver.ConnectionError, ValueError):
                # the server is gone: the test is over
                return

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages of Dramatiq in them."""
        plain = (each.replace('\\"', '"') for each in self.heard)
        found = (match for each in plain for match in re.findall(r'\{"queue_name".*?"message_timestamp":\d+\}', each))
        return [json.loads(each) for each in found]


@ONLY_SQLITE
async def test_messages_hold_ids_only(house: House, room: StaffRoom, redis: Redis) -> None:
    house.channel("post")
    ear = Eavesdropper(redis.url)
    room.worker(BROKER_URL=redis.url)
    api = room.api("--api-only", BROKER_URL=redis.url)
    await a_deed(api, "ana")
    await a_deed(api, "bob")
    await eventually(lambda: len(house.calls("post")) == 2)
    said = "\n".join(ear.heard)
    ids = set(await Delivery.all().values_list("id", flat=True))
    messages = ear.messages
    assert {message["actor_name"] for message in messages} == {"look", "deliver"}
    assert [message["kwargs"] for message in messages] == [{}] * len(messages)
    assert all(message["args"] == [] for message in messages if message["actor_name"] == "look")
    told = [message["args"] for message in messages if message["actor_name"] == "deliver"]
    assert {channel for channel, _ in told} == {"post"}
    assert {letter for _, letters in told for letter in letters} == ids, "the letters did go by the broker"
    secrets = [value for each in await Person.all() for value in (each.email, each.given_name, each.id)]
    secrets += [value for each in await Organisation.all() for value in (each.name, each.id)]
    secrets += [each.number for each in await Seat.all()]
    assert len(secrets) >= 12
    assert [each for each in secrets if each in said] == []
