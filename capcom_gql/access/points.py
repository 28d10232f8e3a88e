"""Points: what the operations of one caller may cost in a minute, by the real clock.

Counted in the memory of each process, or in Redis for all processes together.
"""

import logging
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from limits.aio.storage import RedisStorage
from limits.errors import StorageError

from capcom_gql import clock
from capcom_gql.access.rate_limits import SOURCE_BITS, network_of
from capcom_gql.access.tokens import hash_token
from capcom_gql.domain.rights import Actor
from capcom_gql.settings.limits import Limits

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

WINDOW_SECONDS = 60
_REDIS_SECONDS = 0.5
"""how long Redis may take to answer"""
_WITHOUT_REDIS_SECONDS = 10.0
"""how long each process counts for itself after Redis did not answer"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a caller's points."""

    policy: str
    """`anonymous`, `session` or `key`"""
    limit: int
    """points in a minute"""
    remaining: int
    """points left until the minute ends; below 0 where more was asked for than was left"""
    reset_seconds: int
    """seconds until the minute of the caller ends, at least 1"""

    @property
    def is_overdrawn(self) -> bool:
        """Whether more was asked for than was left."""
        return self.remaining < 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The header fields `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10)."""
        policy = f'"{self.policy}";q={self.limit};w={WINDOW_SECONDS}'
        left = f'"{self.policy}";r={max(0, self.remaining)};t={self.reset_seconds}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]


class Points:
    """The points of all callers. `redis_url` is the Redis that counts them; empty: the memory of this process."""

    def __init__(self, limits: Limits, redis_url: str = "") -> None:
        self._budgets = {
            "anonymous": limits.points_anonymous,
            "session": limits.points_session,
            "key": limits.points_key,
        }
        self._own = _OwnCount()
        self._pool = _pool(redis_url) if redis_url else None
        self._shared = None if self._pool is None else _redis(redis_url, self._pool)
        self._own_until = 0.0

    async def spend(self, points: int, actor: Actor, token: str | None, source: str) -> Balance:
        """Take points from what a caller has left, who is an API key, a session's `token`, or anybody at `source`."""
        if actor.key_id is not None:
            policy, who = "key", actor.key_id
        elif token is not None:
            policy, who = "session", hash_token(token)
        else:
            policy, who = "anonymous", network_of(source, *SOURCE_BITS)
        if self._shared is not None and monotonic() > self._own_until:
            try:
                slot = f"points/{policy}/{who}"
                spent = await self._shared.incr(slot, WINDOW_SECONDS, amount=points)
                ends_at = await self._shared.get_expiry(slot)
                return self._balance(policy, spent, ends_at - clock.utc_now().timestamp())
            except StorageError:
                # without Redis the API goes on
                self._own_until = monotonic() + _WITHOUT_REDIS_SECONDS
                log.warning("Redis does not answer: points are counted by this process alone", exc_info=True)
        return self._balance(policy, *self._own.add((policy, who), points))

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    def _balance(self, policy: str, spent: int, left_seconds: float) -> Balance:
        budget = self._budgets[policy]
        return Balance(policy, budget, budget - spent, min(max(1, round(left_seconds)), WINDOW_SECONDS))


class _OwnCount:
    """What was spent, in the memory of this process.

    Not the memory of `limits`: that looks through all callers in a task of its own for each operation, which made a
    discount check 5 % slower.
    """

    def __init__(self) -> None:
        self._spent: dict[tuple[str, str], tuple[float, int]] = {}
        self._swept_at = monotonic()

    def add(self, caller: tuple[str, str], points: int) -> tuple[int, float]:
        """Add points to what a caller has spent; all of it, and the seconds until their minute ends."""
        now = monotonic()
        if now - self._swept_at > WINDOW_SECONDS:
            self._swept_at = now
            self._spent = {each: spent for each, spent in self._spent.items() if spent[0] > now}
        ends_at, spent = self._spent.get(caller, (0.0, 0))
        if ends_at <= now:
            ends_at, spent = now + WINDOW_SECONDS, 0
        self._spent[caller] = (ends_at, spent + points)
        return spent + points, ends_at - now


def _pool(url: str) -> "ConnectionPool":
    # imported here: without Redis it would only lengthen the start
    from redis.asyncio import ConnectionPool  # noqa: PLC0415

    return ConnectionPool.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)


def _redis(url: str, pool: Any) -> RedisStorage:
    # the library hands the pool on to its client, though its options are declared as plain values
    return RedisStorage(
        f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix="capcom", connection_pool=pool
    )
