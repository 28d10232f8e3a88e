"""How a check fails: with a sentence for the channel's author, and no trace of the kit's own code."""

from typing import NoReturn

import pytest


def fail(sentence: str) -> NoReturn:
    """The check has failed; the sentence says what was seen and what the contract asks."""
    pytest.fail(sentence, pytrace=False)


def must(condition: object, sentence: str) -> None:
    """Fail with a sentence unless the condition holds."""
    if not condition:
        fail(sentence)
