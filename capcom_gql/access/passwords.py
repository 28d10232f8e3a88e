"""Hash and verify passwords (argon2id) in threads, few at a time: it is slow and greedy on purpose."""

import asyncio
import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2

_hasher = PasswordHash((Argon2Hasher(),))


@cache
def _gate(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    """One gate for each event loop; a process has one."""
    return asyncio.Semaphore(AT_ONCE)


@cache
def _dummy_hash() -> str:
    """The hash of a password that nobody has: verified where there is none, so that both take as long (R5)."""
    return _hasher.hash(secrets.token_urlsafe(32))


async def prepare() -> None:
    """Make the dummy hash, so that the first unknown address does not take longer than the others."""
    await asyncio.to_thread(_dummy_hash)


async def hash_password(password: str) -> str:
    """The hash to keep."""
    async with _gate(asyncio.get_running_loop()):
        return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(password: str, kept: str | None) -> bool:
    """Whether it is the password; without one, it takes as long and is not."""
    async with _gate(asyncio.get_running_loop()):
        matches = await asyncio.to_thread(_verify, password, kept)
    return matches and kept is not None


def _verify(password: str, kept: str | None) -> bool:
    return _hasher.verify(password, kept or _dummy_hash())
