"""The interface of a provider."""

from dataclasses import dataclass
from typing import Protocol

from capcom_gql.plugin import Health, Sent
from capcom_notify_sms.lengths import Text, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One text message for one telephone number."""

    id: str
    """The id of the delivery, the same on every attempt."""
    to: str
    """The number in E.164, with a plus."""
    text: Text
    attempt: int
    """The number of the attempt, from 1."""

    @classmethod
    def sample(cls) -> "Sms":
        """A text message with which to validate settings; it is not sent."""
        return cls(id="0", to="+33612345678", text=measure("-"), attempt=1)

    @property
    def digits(self) -> str:
        """The number in E.164 without the plus."""
        return self.to.removeprefix("+")


class Provider(Protocol):
    """A provider. Both methods raise the exceptions of the contract, without secrets in their texts."""

    async def send(self, sms: Sms) -> Sent:
        """Send one text message."""
        ...

    async def check(self) -> Health:
        """Check the credentials and the credit; nothing is sent."""
        ...
