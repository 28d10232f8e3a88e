"""What goes through the broker: ids and names of channels, and nothing about anybody."""

import json
import re
import threading
from typing import Any

import redis as redis_driver

from capcom_gql.storage.tables import Delivery, Organisation, Person, Seat
from tests.databases import ONLY_SQLITE
from tests.patience import LONG, eventually
from tests.redis_server import Redis
from tests.services.house import House
from tests.workers.staff_room import StaffRoom, a_deed


class Eavesdropper:
    """Hears every command that Redis is given."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._client = redis_driver.Redis.from_url(url)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._ready.wait(LONG)

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


def delivered(ear: Eavesdropper) -> set[str]:
    """The letters that the broker was given."""
    told = [message["args"] for message in ear.messages if message["actor_name"] == "deliver"]
    return {letter for _, letters in told for letter in letters}


@ONLY_SQLITE
async def test_messages_hold_ids_only(house: House, room: StaffRoom, redis: Redis) -> None:
    house.channel("post")
    ear = Eavesdropper(redis.url)
    room.worker(BROKER_URL=redis.url)
    api = room.api("--api-only", BROKER_URL=redis.url)
    await a_deed(api, "ana")
    await a_deed(api, "bob")
    await eventually(lambda: len(house.calls("post")) == 2)
    await eventually(lambda: len(delivered(ear)) == 2, "the messages, which the monitor is told of as well")
    said = "\n".join(ear.heard)
    ids = {each.id for each in await Delivery.all()}
    messages = ear.messages
    assert {message["actor_name"] for message in messages} == {"look", "deliver"}
    assert [message["kwargs"] for message in messages] == [{}] * len(messages)
    assert all(message["args"] == [] for message in messages if message["actor_name"] == "look")
    assert {message["args"][0] for message in messages if message["actor_name"] == "deliver"} == {"post"}
    assert delivered(ear) == ids, "the letters did go by the broker"
    secrets = [value for each in await Person.all() for value in (each.email, each.given_name, each.id)]
    secrets += [value for each in await Organisation.all() for value in (each.name, each.id)]
    secrets += [each.number for each in await Seat.all()]
    assert len(secrets) >= 12
    assert [each for each in secrets if each in said] == []
