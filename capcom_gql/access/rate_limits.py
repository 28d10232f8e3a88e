"""Limits on attempts, by the real clock: one row for each counter, so that all processes count together (R5, R20, R24).

A period begins with its first attempt. Rows hold hashes only, and are deleted when their period is over.
"""

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta

from capcom_gql import clock
from capcom_gql.access.tokens import hash_token
from capcom_gql.storage.engine.columns import as_instant
from capcom_gql.storage.engine.database import rows

UNIFORM_ANSWER_SECONDS = 0.25
"""Seconds that an answer takes which must not reveal whether an address is known (R5, R24).

Longer than the slower of the two cases takes on a busy machine.
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts are accepted in a period that begins with the first one."""

    name: str
    amount: int
    period: timedelta


SIGN_UPS_OF_SOURCE = Limit("sign-ups", 10, timedelta(hours=1))
"""Sign-ups from one source by others than staff (R5)."""
SIGN_IN_TO_ACCOUNT = Limit("sign-in", 10, timedelta(minutes=5))
"""Wrong passwords for one account from one network (R5)."""
SIGN_IN_OF_SOURCE = Limit("sign-in-from", 60, timedelta(minutes=5))
"""Wrong passwords from one source, for any account (R5)."""
SIGN_IN_SLOWED = Limit("sign-in-slowed", 100, timedelta(hours=1))
"""Wrong passwords for one account from networks that never signed in to it; beyond them these wait longer (R5)."""
SIGNED_IN_FROM = Limit("signed-in-from", 1, timedelta(days=90))
"""How long a network that signed in to an account is remembered, by a counter that is not zero (R5)."""
RESET_FOR_ADDRESS = Limit("reset", 5, timedelta(days=1))
"""Links to choose a password that are mailed to one address (R5)."""
RESET_OF_SOURCE = Limit("reset-from", 10, timedelta(hours=1))
"""Links to choose a password that are mailed for one source (R5)."""
UNKNOWN_NUMBERS_OF_KEY = Limit("unknown-numbers", 20, timedelta(hours=1))
"""Unknown subscriber numbers that an API key asks about, beyond which their answers are delayed (R11)."""
SUPPORT_OF_PERSON = Limit("support", 20, timedelta(days=1))
"""Support requests of one person (R20)."""
EMAIL_CHANGE_OF_PERSON = Limit("change-email", 5, timedelta(days=1))
"""Requested changes of address of one person (R24)."""

SOURCE_BITS = (32, 64)
"""The bits of a network, for IPv4 and IPv6, that is one source."""
PASSWORD_BITS = (24, 48)
"""The bits of a network, for IPv4 and IPv6, whose wrong passwords are counted together."""

SLOWED_BY_SECONDS = 0.1
"""Seconds by which each wrong password beyond SIGN_IN_SLOWED delays the next answer."""
SLOWED_AT_MOST_SECONDS = 5.0
"""The longest such delay, in seconds: an account is never locked."""

# in the mean, one new counter in so many deletes those that are over
_CLEARED_EVERY = 50
# a period that is over begins anew with this attempt
_COUNT = """
    INSERT INTO attemptcount (slot, count, ends_at) VALUES ($1, $4, $2)
    ON CONFLICT (slot) DO UPDATE SET
        count = CASE WHEN attemptcount.ends_at <= $3 THEN $4 ELSE attemptcount.count + $4 END,
        ends_at = CASE WHEN attemptcount.ends_at <= $3 THEN excluded.ends_at ELSE attemptcount.ends_at END
    RETURNING count, ends_at
"""
_TAKE_BACK = "UPDATE attemptcount SET count = count - 1 WHERE slot = $1 AND ends_at > $2 AND count > 0"
_READ = "SELECT count FROM attemptcount WHERE slot = $1 AND ends_at > $2"
_CLEAR = "DELETE FROM attemptcount WHERE ends_at <= $1"


class TooManyAttempts(Exception):
    """A limit of attempts is exceeded; one more is accepted after `retry_after_seconds`, at least 1."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


async def count_attempt(limit: Limit, *key: str) -> None:
    """Count one attempt under a key. Raises TooManyAttempts where it exceeds the limit.

    In a transaction it is undone with it: what fails and must stay counted is counted outside.
    """
    count, seconds_left = await _count(limit, key)
    if count > limit.amount:
        raise TooManyAttempts(max(1, round(seconds_left)))


async def is_within(limit: Limit, *key: str) -> bool:
    """Count one attempt under a key, outside of a transaction, and return whether it is within the limit."""
    count, _ = await _count(limit, key)
    return count <= limit.amount


async def count_several(limit: Limit, several: int, *key: str) -> int:
    """Count several attempts under a key, and return how many there are in the present period."""
    count, _ = await _count(limit, key, several)
    return count


async def take_back(limit: Limit, *key: str) -> None:
    """Uncount an attempt that does not count after all, as one with the right password."""
    await rows(_TAKE_BACK, [_slot(limit, key), clock.utc_now()])


async def counted(limit: Limit, *key: str) -> int:
    """How many attempts under a key were counted in the present period. Counts nothing."""
    found = await rows(_READ, [_slot(limit, key), clock.utc_now()])
    return sum(int(row["count"]) for row in found)


async def seconds_slowed(*key: str) -> float:
    """Seconds for which the next answer about an account is to be delayed, after the wrong passwords so far (R5)."""
    beyond = await counted(SIGN_IN_SLOWED, *key) - SIGN_IN_SLOWED.amount
    return min(SLOWED_AT_MOST_SECONDS, SLOWED_BY_SECONDS * max(0, beyond))


def network_of(source: str, bits_of_4: int, bits_of_6: int) -> str:
    """The network of an address, of so many bits for IPv4 and for IPv6; what is no address is its own network."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    bits = bits_of_4 if address.version == 4 else bits_of_6
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


async def _count(limit: Limit, key: tuple[str, ...], several: int = 1) -> tuple[int, float]:
    """How many attempts there are now, with `several` more, and how many seconds of the period are left."""
    now = clock.utc_now()
    (row,) = await rows(_COUNT, [_slot(limit, key), now + limit.period, now, several])
    count, ends_at = int(row["count"]), as_instant(row["ends_at"])
    assert ends_at is not None, "a counter has an end"
    if count == several and secrets.randbelow(_CLEARED_EVERY) == 0:
        await rows(_CLEAR, [now])
    return count, (ends_at - now).total_seconds()


def _slot(limit: Limit, key: tuple[str, ...]) -> str:
    return hash_token("\n".join((limit.name, *key)))
