"""Why a letter is not sent after all."""


class Suppressed(Exception):
    """The letter has nothing true to say any more; the text says why it is not sent."""
