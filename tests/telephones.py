"""Telephones: a channel of kind phone in a folder of plugins, as an operator would add one, and the texts it took."""

import json
from dataclasses import dataclass
from pathlib import Path

_CHANNEL = """
import json
from pathlib import Path
from capcom_gql.plugin import Message, Notifier, Sent, hookimpl

TEXTS = Path({texts!r})

class Telephones(Notifier):
    name = "telephones"
    address_kind = "phone"

    def send(self, message: Message) -> Sent:
        with TEXTS.open("a", encoding="utf-8") as texts:
            texts.write(json.dumps([message.address, message.topic, message.text]) + "\\n")
        return Sent("t-1")

@hookimpl
def capcom_notifiers():
    return [Telephones]
"""


@dataclass(frozen=True)
class Text:
    """A text message as a telephone shows it."""

    to: str
    topic: str
    text: str


@dataclass(frozen=True)
class Telephones:
    """The folder of plugins, with this one channel in it."""

    folder: Path

    def install(self) -> None:
        """Write the plugin."""
        self.folder.mkdir()
        source = _CHANNEL.format(texts=str(self._texts))
        (self.folder / "telephones.py").write_text(source, encoding="utf-8")

    @property
    def _texts(self) -> Path:
        return self.folder / "texts.jsonl"

    def texts(self) -> list[Text]:
        """Every text so far, in order."""
        lines = self._texts.read_text(encoding="utf-8").splitlines() if self._texts.exists() else []
        return [Text(*json.loads(line)) for line in lines]
