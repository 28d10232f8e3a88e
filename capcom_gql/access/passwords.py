"""Hash and verify passwords with Argon2id, in threads and few at a time, since it needs much time and memory."""

import asyncio
import secrets
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MAX_CONCURRENT = 2
"""How many passwords a process hashes or verifies at the same time."""

_hasher = PasswordHash((Argon2Hasher(),))


@cache
def _gate(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    """One semaphore for each event loop."""
    return asyncio.Semaphore(MAX_CONCURRENT)


@cache
def _dummy_hash() -> str:
    """The hash of a random password: verified where there is no account, so that the answer takes as long (R5)."""
    return _hasher.hash(secrets.token_urlsafe(32))


async def prepare() -> None:
    """Compute the dummy hash in advance, so that the first unknown address is answered as fast as any other (R5)."""
    await asyncio.to_thread(_dummy_hash)


def composed(password: str) -> str:
    """A password in Unicode NFC: keyboards and systems differ in how they write “é” (R5)."""
    return unicodedata.normalize("NFC", password)


async def hash_password(password: str) -> str:
    """The Argon2id hash of a password in Unicode NFC, in the PHC string format."""
    async with _gate(asyncio.get_running_loop()):
        return await asyncio.to_thread(_hasher.hash, composed(password))


async def verify_password(password: str, stored_hash: str | None) -> bool:
    """Whether a password matches a stored hash; without a hash it does not, after the same time (R5)."""
    async with _gate(asyncio.get_running_loop()):
        matches = await asyncio.to_thread(_verify, composed(password), stored_hash)
    return matches and stored_hash is not None


def _verify(password: str, stored_hash: str | None) -> bool:
    return _hasher.verify(password, stored_hash or _dummy_hash())
