"""What Standard Webhooks asks of a message: its body as bytes, and a signature of it for each live secret."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence

from capcom_gql.plugin import Permanent

SECRET_PREFIX = "whsec_"


def body_of(payload: Mapping[str, object]) -> bytes:
    """The payload as compact JSON in UTF-8. Raises Permanent for what JSON cannot say."""
    try:
        return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise Permanent(f"the payload cannot be written as JSON: {error}") from None


def signatures(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature for each secret, in their order.

    A receiver that knows any of the secrets accepts the message: so a secret is exchanged without a gap.
    Raises Permanent where there is no secret, or one that is not base64; the secret is not shown.
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
        raise Permanent("a secret of the endpoint is not whsec_ and base64: rotate it")
    return key


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
