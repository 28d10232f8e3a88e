"""Let a check fail with a sentence for the channel's author, without a traceback of the kit's own code."""

from typing import NoReturn

import pytest


def fail(sentence: str) -> NoReturn:
    """Fail the check. The sentence says what was found and what the contract requires."""
    pytest.fail(sentence, pytrace=False)


def must(condition: object, sentence: str) -> None:
    """Fail the check with this sentence unless the condition is true."""
    if not condition:
        fail(sentence)
