"""An event as the host hands it over, and secrets to sign it with."""

import base64
from datetime import UTC, datetime

from capcom_gql.plugin import Message

SECRET = "whsec_" + base64.b64encode(b"the newest secret of an endpoint").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"the secret before, still in life").decode()
PAYLOAD: dict[str, object] = {
    "type": "seat.added",
    "timestamp": "2026-11-24T09:30:00Z",
    "data": {"schema_version": 1, "id": "evt_1", "details": {"note": "Zoé & l'été 🎉 </script>"}},
}
BODY = (
    '{"type":"seat.added","timestamp":"2026-11-24T09:30:00Z","data":{"schema_version":1,"id":"evt_1",'
    '"details":{"note":"Zoé & l\'été 🎉 </script>"}}}'
).encode()
"""The payload, as receivers get it."""


def event(address: str) -> Message:
    """One event for an endpoint, its first attempt, with 4 seconds to be sent in."""
    return Message(
        id="dlv_01jxq7",
        topic="seat.added",
        address=address,
        locale="fr",
        subject="seat.added",
        text="",
        sent_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        payload=PAYLOAD,
        keys=(SECRET,),
        timeout=4.0,
    )
