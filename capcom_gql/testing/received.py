"""What came out at the other end of a channel, whatever the channel speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """One message as its receiver has it.

    `text` is all that can be read in it, decoded. `identity` is what the receiver tells a repeated message from
    a new one by: equal for two attempts at one message, different for two messages.
    """

    text: str
    identity: object
