"""Limits on attempts, on the real clock: counted where this process remembers them."""

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from capcom_gql import clock
from capcom_gql.access.tokens import hashed

# Longer than the slower of the two ways takes on a busy machine, so that both answer at the same time.
EVEN_SECONDS = 0.25

SIGN_IN_PER_ACCOUNT = parse("10 per 5 minutes")

SIGN_IN_PER_SOURCE = parse("60 per 5 minutes")

SIGN_IN_OVERALL = parse("1000 per 5 minutes")

RESET_PER_ADDRESS = parse("5 per day")

SUPPORT_PER_PERSON = parse("20 per day")

EMAIL_CHANGE_PER_PERSON = parse("5 per day")


class TooManyAttempts(Exception):
    """Too many attempts; `retry_after_seconds` says when to try again."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class RateLimits:
    """The attempts made in this process. Keys are kept as hashes, of one size whatever a caller sends."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def count(self, limit: RateLimitItem, *key: str) -> None:
        """Count one attempt. Raises TooManyAttempts past the limit."""
        slot = hashed("\n".join(key))
        if await self._limiter.hit(limit, slot):
            return
        window = await self._limiter.get_window_stats(limit, slot)
        raise TooManyAttempts(max(1, round(window.reset_time - clock.utc_now().timestamp())))

    async def within(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one attempt and say whether it is within the limit."""
        return bool(await self._limiter.hit(limit, hashed("\n".join(key))))
