"""How passwords are hashed in the tests: by Argon2id as in the product, with the least work that it allows.

The product's own work, a seventh of a second and 64 MiB for each, is the greater part of what most stories would take.
It is done where a test is about that, with the fixture `hashed_in_full`, and in every process of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from capcom_gql.access import passwords

IN_FULL = passwords._hasher
"""The product's own."""
LEAST = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


def hash_with_least_work() -> None:
    """From now on, in this process."""
    _hash_by(LEAST)


@contextmanager
def hashed_in_full() -> Iterator[None]:
    """As the product does, until the end of the block."""
    _hash_by(IN_FULL)
    try:
        yield
    finally:
        _hash_by(LEAST)


def _hash_by(hasher: PasswordHash) -> None:
    passwords._hasher = hasher
    # the hash of nobody's password takes as much work as the others
    passwords._dummy_hash.cache_clear()
