"""Requests of a page and the answers that are printed under them: each is sent, and its answer is compared."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.docs.pages import Block
from tests.world import World

ANYTHING = "..."
"""In an answer: a text that is different each time, such as a cursor."""
_ASKER = re.compile(r"^# as (.+)\n")
_OF_ONE_RUN = re.compile(r"[a-z]+_[0-9a-z]{26}|CP(?: \d{4}){4}")
"""Ids, and subscriber numbers."""


def turns(blocks: Iterable[Block]) -> Iterator[tuple[Block, Block]]:
    """The requests of a page, each with the answer that stands under it."""
    for block, following in pairwise([*blocks, None]):
        if block is not None and block.language == "graphql":
            assert following is not None and following.language == "json", f"{block} has no answer under it"
            yield block, following


@dataclass
class Dialogue:
    """What is asked and answered in one world. `tokens` are those of the callers that a request names: `# as staff`."""

    world: World
    tokens: Mapping[str, str]
    known: dict[str, str] = field(default_factory=dict)
    """What this run has in the place of an id or a number that is printed."""

    async def ask(self, block: Block, answer: Block, *, asker: str | None = None) -> dict[str, Any]:
        """Send a request and compare its answer with the printed one; the answer."""
        named = _ASKER.match(block.text)
        caller = named[1] if named else asker
        token = None if caller in (None, "nobody") else self.tokens[str(caller)]
        said = await self.world.ask(self.ours(block.text), token=token)
        data = said.ok()
        self._compare(json.loads(answer.text), data, str(answer))
        return data

    def ours(self, text: str) -> str:
        """A printed text with what this run has in the place of its ids and numbers, however they are typed."""
        for printed, own in self.known.items():
            text = text.replace(_typed(printed), _typed(own))
        return _OF_ONE_RUN.sub(lambda found: self.known.get(found[0], found[0]), text)

    def _compare(self, printed: Any, said: Any, where: str) -> None:
        """Fails where an answer is not the printed one; learns the ids and numbers of this run from it."""
        if isinstance(printed, dict) and isinstance(said, dict):
            assert printed.keys() == said.keys(), (where, said)
            for key, value in printed.items():
                self._compare(value, said[key], f"{where}.{key}")
        elif isinstance(printed, list) and isinstance(said, list):
            assert len(printed) == len(said), (where, said)
            for index, value in enumerate(printed):
                self._compare(value, said[index], f"{where}.{index}")
        elif printed == ANYTHING:
            assert isinstance(said, str) and said, (where, said)
        elif isinstance(printed, str) and isinstance(said, str) and _OF_ONE_RUN.fullmatch(printed):
            assert _OF_ONE_RUN.fullmatch(said) and _kind(printed) == _kind(said), (where, said)
            assert printed in self.known or said not in self.known.values(), (where, said)
            assert self.known.setdefault(printed, said) == said, (where, said)
        else:
            assert printed == said, (where, said)


def _typed(number: str) -> str:
    """A number as somebody types it in a hurry; anything else as it is."""
    return number.replace(" ", "").lower()


def _kind(name: str) -> str:
    return name.partition("_")[0] if "_" in name else name[:2]


@dataclass(frozen=True)
class Curl:
    """A request as `curl` sends it."""

    url: str
    headers: dict[str, str]
    body: str


def curl(command: str) -> Curl:
    """A command line of `curl` with an address, headers and data, and nothing else. Raises ValueError."""
    program, *words = shlex.split(command)
    url, headers, body = "", {}, ""
    rest = iter(words)
    for word in rest:
        if word in ("-H", "--header"):
            name, _, value = next(rest).partition(":")
            headers[name.strip().lower()] = value.strip()
        elif word in ("-d", "--data"):
            body = next(rest)
        elif word in ("-s", "--silent"):
            continue
        elif not url and word.startswith("http"):
            url = word
        else:
            raise ValueError(f"{word} in {command}")
    if program != "curl" or not url:
        raise ValueError(command)
    return Curl(url, headers, body)
