"""A channel as a third party might write it: it posts each letter to the receiver of the fault suite."""

import asyncio
import json
import os

from pydantic import BaseModel

from capcom_gql.plugin import Message, Notifier, Sent, Transient, hookimpl


class Settings(BaseModel):
    """The receiver's port on this machine."""

    port: int


class LoopbackPost(Notifier):
    """One connection for each letter; anything but a plain answer is a reason to try again."""

    name = "loopback_post"
    address_kind = "email"
    Config = Settings
    config: Settings

    async def send(self, message: Message) -> Sent:
        letter = {
            "id": message.id,
            "attempt": message.attempt,
            "topic": message.topic,
            "address": message.address,
            "pid": os.getpid(),
        }
        reader, writer = await asyncio.open_connection("127.0.0.1", self.config.port)
        try:
            writer.write(json.dumps(letter).encode() + b"\n")
            await writer.drain()
            answer = await reader.readline()
        finally:
            writer.close()
        if answer != b"taken\n":
            raise Transient(answer.decode().strip() or "the connection was closed without an answer")
        return Sent(f"loopback-{message.id}")


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    return [LoopbackPost]
