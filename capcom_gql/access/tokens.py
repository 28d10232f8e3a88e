"""Random tokens, API keys and signing secrets. All are stored as hashes, except the secrets that sign webhooks."""

import base64
import hashlib
import secrets
import zlib

# prefixes tell secrets apart, for scanners of leaked secrets too; clients keep them, so that none may change
SESSION_PREFIX = "ccs_"
KEY_PREFIX = "cck_live_"
SIGNING_PREFIX = "whsec_"
_SHOWN = len(KEY_PREFIX) + 8


def new_session_token() -> str:
    """The bearer token of a session: `ccs_` and 256 random bits."""
    return SESSION_PREFIX + secrets.token_urlsafe(32)


def new_link_token() -> str:
    """The token of a link in a letter: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_api_key() -> str:
    """An API key: `cck_live_`, 160 random bits, and the CRC32 of both, so that a typo needs no query."""
    body = KEY_PREFIX + secrets.token_hex(20)
    return f"{body}{zlib.crc32(body.encode()):08x}"


def new_signing_secret() -> str:
    """The signing secret of a webhook endpoint, as Standard Webhooks asks: `whsec_` and 32 random bytes in base64."""
    return SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_well_formed_key(text: str) -> bool:
    """Whether a text has the prefix of an API key and a CRC32 that fits."""
    body, check = text[:-8], text[-8:]
    return body.startswith(KEY_PREFIX) and check == f"{zlib.crc32(body.encode()):08x}"


def shown_prefix(key: str) -> str:
    """The beginning of an API key (17 characters), by which people recognise it."""
    return key[:_SHOWN]


def hash_token(secret: str) -> str:
    """The SHA-256 of a token, in hexadecimal, as it is stored; tokens are random enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
