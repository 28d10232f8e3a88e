"""A client of the API as a careful one is: it sends a deed again, with the same key, until it has an answer."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ANSWERS_WITHIN = 4.0
PATIENCE = 60.0
"""Seconds after which a deed without an answer is left, its outcome unknown."""


class Unknown(Exception):
    """No answer, or one that does not say what became of the deed."""


@dataclass(frozen=True)
class Answer:
    """The payload of a mutation; `codes` are its refusals. `tries` counts the requests made."""

    payload: dict[str, Any]
    tries: int

    @property
    def codes(self) -> list[str]:
        """Why it was refused; empty where done."""
        return [error["code"] for error in self.payload["errors"]]


class Client:
    """Speaks to whichever server answers."""

    def __init__(self, ports: Sequence[int], token: str, chance: random.Random) -> None:
        self._ports = ports
        self._token = token
        self._chance = chance
        self.unanswered = 0

    async def do(self, mutation: str, form: dict[str, Any], *, twice: bool = False) -> Answer:
        """Send a deed until it is answered; `twice`: at once to two servers. Raises Unknown when patience ends."""
        loop = asyncio.get_running_loop()
        deadline, tries = loop.time() + PATIENCE, 0
        while loop.time() < deadline:
            ports = self._chance.sample(self._ports, 2 if twice and len(self._ports) > 1 else 1)
            tries += len(ports)
            said = await asyncio.gather(*(self._ask(port, mutation, form) for port in ports), return_exceptions=True)
            answers = [each for each in said if isinstance(each, dict)]
            for each in said:
                if isinstance(each, BaseException) and not isinstance(each, Unknown):
                    raise each
            # of two sent at once either may be refused for what the other has done
            answers.sort(key=lambda payload: len(payload["errors"]))
            if answers:
                return Answer(answers[0], tries)
            self.unanswered += len(ports)
            await asyncio.sleep(self._chance.uniform(0.1, 0.6))
        raise Unknown

    async def _ask(self, port: int, query: str, form: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": {"input": form}}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {self._token}\r\n"
            "Content-Type: application/json\r\nAccept: application/json\r\nAccept-Language: en\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                return _payload(await _exchange(port, head.encode() + body))
        except (OSError, TimeoutError) as error:
            raise Unknown from error


async def _exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()


def _payload(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Unknown(answer[:300])
    try:
        said = json.loads(body)
    except ValueError as error:
        raise Unknown(answer[:300]) from error
    if said.get("errors") or not said.get("data"):
        raise Unknown(body[:300])
    ((_, payload),) = said["data"].items()
    if not isinstance(payload, dict):
        raise Unknown(body[:300])
    return payload
