"""Opaque secrets: made here, shown once, kept as hashes only, but for those that this service signs with itself."""

import base64
import hashlib
import secrets
import zlib

SESSION_PREFIX = "ccs_"
KEY_PREFIX = "cck_live_"
SIGNING_PREFIX = "whsec_"
_SHOWN = len(KEY_PREFIX) + 8


def new_session_token() -> str:
    """A token for a person signed in."""
    return SESSION_PREFIX + secrets.token_urlsafe(32)


def new_link_token() -> str:
    """A token for a one-time link."""
    return secrets.token_urlsafe(32)


def new_api_key() -> str:
    """A key for a machine; its last eight characters are the CRC32 of the rest, so that a typo needs no look-up."""
    body = KEY_PREFIX + secrets.token_hex(20)
    return f"{body}{zlib.crc32(body.encode()):08x}"


def new_signing_secret() -> str:
    """A secret of a webhook endpoint, in the form of Standard Webhooks: 32 random bytes in base64."""
    return SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_well_formed_key(text: str) -> bool:
    """Whether the check of a key's last characters holds."""
    body, check = text[:-8], text[-8:]
    return body.startswith(KEY_PREFIX) and check == f"{zlib.crc32(body.encode()):08x}"


def shown_prefix(key: str) -> str:
    """The part of a key by which people recognise it."""
    return key[:_SHOWN]


def hashed(secret: str) -> str:
    """The form in which a secret is kept; it has enough chance in it to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
