"""Checks of unknown subscriber numbers by an API key: beyond a limit they are answered later and later (R11)."""

import asyncio

from capcom_gql.access.rate_limits import SLOWED_BY_SECONDS, UNKNOWN_NUMBERS_OF_KEY, count_several
from capcom_gql.domain.rights import Actor

SLOWED_AT_MOST_SECONDS = 3.0
"""The longest delay of an answer about an unknown number, in seconds."""


async def slow_unknown(actor: Actor, unknown: int) -> None:
    """Count how many unknown numbers a key has asked about, and wait where they are too many.

    Nothing is counted, nor is anybody delayed, where `unknown` is 0, and for callers who are no API key: they may ask
    about numbers of their own only, or about all as staff.
    """
    if actor.key_id is None or not unknown:
        return
    beyond = await count_several(UNKNOWN_NUMBERS_OF_KEY, unknown, actor.key_id) - UNKNOWN_NUMBERS_OF_KEY.amount
    if beyond > 0:
        await asyncio.sleep(min(SLOWED_AT_MOST_SECONDS, SLOWED_BY_SECONDS * beyond))
