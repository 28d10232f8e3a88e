"""Limits on attempts, by the real clock, counted in the memory of each process (R5, R20, R24)."""

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from capcom_gql import clock
from capcom_gql.access.tokens import hash_token

UNIFORM_ANSWER_SECONDS = 0.25
"""Seconds that an answer takes which must not reveal whether an address is known (R5, R24).

Longer than the slower of the two cases takes on a busy machine.
"""

SIGN_IN_PER_ACCOUNT = parse("10 per 5 minutes")
"""Attempts to sign in to one account."""
SIGN_IN_PER_SOURCE = parse("60 per 5 minutes")
"""Attempts to sign in from one source address."""
SIGN_IN_OVERALL = parse("1000 per 5 minutes")
"""Attempts to sign in that the process accepts."""
RESET_PER_ADDRESS = parse("5 per day")
"""Links to choose a password that are mailed to one address."""
SUPPORT_PER_PERSON = parse("20 per day")
"""Support requests of one person (R20)."""
EMAIL_CHANGE_PER_PERSON = parse("5 per day")
"""Requested changes of address of one person (R24)."""


class TooManyAttempts(Exception):
    """A limit of attempts is exceeded; one more is accepted after `retry_after_seconds`, at least 1."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class RateLimits:
    """The attempts counted in this process. Keys are stored as hashes, so that long ones need no more memory."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def count(self, limit: RateLimitItem, *key: str) -> None:
        """Count one attempt under a key. Raises TooManyAttempts where it exceeds the limit."""
        slot = hash_token("\n".join(key))
        if await self._limiter.hit(limit, slot):
            return
        window = await self._limiter.get_window_stats(limit, slot)
        raise TooManyAttempts(max(1, round(window.reset_time - clock.utc_now().timestamp())))

    async def is_within(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one attempt under a key and return whether it is within the limit."""
        return bool(await self._limiter.hit(limit, hash_token("\n".join(key))))
