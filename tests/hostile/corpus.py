"""The corpus: every attack, and what holds for its answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.hostile.operations import Sent, documents, variables
from tests.hostile.requests import Raw, bodies, heads
from tests.hostile.target import Outcome, Target

MOST_MILLISECONDS = 100
"""of processor time for a refusal, or for the answer to what is within the limits"""


@dataclass(frozen=True)
class Attack:
    """One request of the corpus."""

    sent: Sent | Raw

    @property
    def name(self) -> str:
        """What it is called."""
        return self.sent.name

    def on(self, server: Target) -> Outcome:
        """Send it."""
        return server.send(self.sent) if isinstance(self.sent, Sent) else server.send_raw(self.sent)


def attacks() -> Iterator[Attack]:
    """All of them, in the order of the files."""
    for kind in (documents(), variables(), bodies(), heads()):
        yield from map(Attack, kind)


def is_held(attack: Attack, outcome: Outcome) -> bool:
    """Whether an answer is as it must be: refused or done, without a fault of the server, and cheap."""
    if outcome.milliseconds > MOST_MILLISECONDS:
        return False
    if outcome.status is None:
        return isinstance(attack.sent, Raw) and attack.sent.silent
    if outcome.status >= 500:
        return False
    return attack.sent.answered or outcome.status >= 400 or outcome.code != "-"
