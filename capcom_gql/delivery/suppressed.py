"""Why a delivery is not sent: for good, or not yet."""


class Suppressed(Exception):
    """The delivery is not sent because it is no longer true or has no recipient. The text is the delivery's reason."""


class EndpointDisabled(Exception):
    """The delivery's webhook endpoint is disabled: the delivery is held until it is enabled again."""
