"""What the channel asks of a provider, and what it hands to it."""

from dataclasses import dataclass
from typing import Protocol

from capcom_gql.plugin import Health, Sent
from capcom_notify_sms.lengths import Text, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One text for one telephone, ready to go."""

    id: str
    """Stable over attempts."""
    to: str
    """E.164, with its plus."""
    text: Text
    attempt: int

    @classmethod
    def sample(cls) -> "Sms":
        """A text to nobody, to try settings with."""
        return cls(id="0", to="+33612345678", text=measured("-"), attempt=1)

    @property
    def digits(self) -> str:
        """The number without its plus."""
        return self.to.removeprefix("+")


class Provider(Protocol):
    """One way out. Both raise the exceptions of the channel's contract; neither shows a secret in them."""

    async def send(self, sms: Sms) -> Sent:
        """Hand one text over."""
        ...

    async def check(self) -> Health:
        """Ask about credentials and credit; nothing is sent."""
        ...
