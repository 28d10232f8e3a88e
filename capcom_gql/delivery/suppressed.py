"""Why a letter is not sent after all, or not yet."""


class Suppressed(Exception):
    """The letter has nothing true to say any more; the text says why it is not sent."""


class EndpointDisabled(Exception):
    """The endpoint is disabled: what it would be sent waits until it is enabled again."""
