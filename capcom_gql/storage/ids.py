"""Opaque ids: a typed prefix and a UUIDv7 (RFC 9562) in Crockford's base 32, so that ids sort by creation time."""

import secrets
from typing import Final

from capcom_gql import clock

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_CHARACTERS: Final = 26

# the prefixes are in ids that clients keep: none may change
ORGANISATION: Final = "org"
SUBSCRIPTION: Final = "sub"
TERM: Final = "term"
PLAN: Final = "plan"
TERMS_OF_USE: Final = "terms"
SEAT: Final = "seat"
PERSON: Final = "person"
PROOF: Final = "proof"
REDEMPTION: Final = "redemption"
EVENT: Final = "event"
DELIVERY: Final = "delivery"
API_KEY: Final = "key"
ENDPOINT: Final = "endpoint"
SURVEY: Final = "survey"
SUPPORT_REQUEST: Final = "request"
EMAIL_CHANGE: Final = "change"
SESSION: Final = "session"


_last = 0


def new_id(prefix: str) -> str:
    """A new id such as seat_01jx2h8k...: 48 bits of the real clock's milliseconds and 74 random bits.

    The ids made by one process sort in the order in which they were made, also within a millisecond.
    """
    global _last  # noqa: PLW0603  the order of creation is one for the whole process
    fresh = clock.unix_ms() << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    _last = value = _last + 1 + secrets.randbits(32) if _last >> 80 == fresh >> 80 else fresh
    encoded = "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{encoded}"


def prefix_of(text: str) -> str | None:
    """The prefix of an id, which names its type; None for malformed text."""
    prefix, separator, encoded = text.rpartition("_")
    well_formed = separator and len(encoded) == _CHARACTERS and all(character in _ALPHABET for character in encoded)
    return prefix if well_formed else None
