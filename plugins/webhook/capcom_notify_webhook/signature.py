"""The body of a message and its signatures, as in Standard Webhooks."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence

from capcom_gql.plugin import Permanent

SECRET_PREFIX = "whsec_"
"""The beginning of a secret; the rest is its key in base64."""


def body_of(payload: Mapping[str, object]) -> bytes:
    """The payload as compact JSON in UTF-8. Raises Permanent for values that JSON cannot represent."""
    try:
        return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise Permanent(f"the payload cannot be written as JSON: {error}") from None


def signatures(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`: one HMAC-SHA256 for each secret, in the given order.

    `timestamp` is in seconds since 1970, by the real clock. A receiver accepts the message if it knows any of the
    secrets, so that a secret can be changed without a gap. Raises Permanent if there is no secret, or one that is not
    base64; its text does not show the secret.
    """
    if not secrets:
        raise Permanent("there is no secret to sign with: this channel sends events to endpoints, not letters")
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(
        f"v1,{base64.b64encode(hmac.digest(_key(secret), signed, 'sha256')).decode()}" for secret in secrets
    )


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(SECRET_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise Permanent("a secret of the endpoint is malformed (not whsec_ and base64): rotate it")
    return key


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")
