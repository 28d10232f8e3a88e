"""Letters as the host would hand them over."""

from datetime import UTC, datetime
from typing import Any

from capcom_gql.plugin import Message

HTML = '<!doctype html><html lang="fr"><body><p>Zoé, voilà votre numéro&nbsp;: CP 4071 🎉</p></body></html>'
TEXT = "Zoé, voilà votre numéro\u00a0:\n\n    CP 4071 8823 9056 1227\n\n    https://x.example/?token=a=b\n"
SUBJECT = "Bienvenue à Évreux, où l'été dure : votre numéro d'abonné et tout ce qu'il faut savoir 🎉"


def letter(identifier: str = "delivery_01jx", **more: Any) -> Message:
    """A welcome in French."""
    given: dict[str, Any] = {
        "id": identifier,
        "topic": "welcome",
        "address": "zoe@ville.example",
        "locale": "fr",
        "subject": SUBJECT,
        "text": TEXT,
        "html": HTML,
        "sent_at": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        "timeout": 10.0,
    }
    return Message(**given | more)
