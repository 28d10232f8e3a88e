"""The provider Brevo: `POST /transactionalSMS/send` of its API, version 3."""

import json

from pydantic import SecretStr

from capcom_gql.plugin import Health, Lookup, Sent
from capcom_notify_sms.calls import Connection
from capcom_notify_sms.lengths import Alphabet
from capcom_notify_sms.provider import Sms

ENDPOINT = "https://api.brevo.com/v3"
"""The URL of the API, if the setting ENDPOINT is empty."""


class Brevo:
    """An account at Brevo. See `provider.Provider`."""

    def __init__(self, *, endpoint: str, api_key: SecretStr, sender: str, lookup: Lookup) -> None:
        self._root = (endpoint or ENDPOINT).rstrip("/")
        self._headers = {"api-key": api_key.get_secret_value(), "Content-Type": "application/json"}
        self._sender = sender
        self._connection = Connection("Brevo", lookup, (api_key.get_secret_value(),))

    async def send(self, sms: Sms) -> Sent:
        """Send one text. Brevo has no idempotency key for texts; the message's id is sent as the tag."""
        request = {
            "type": "transactional",
            "sender": self._sender,
            "recipient": sms.digits,
            "content": sms.text.content,
            "unicodeEnabled": sms.text.alphabet is Alphabet.UCS_2,
            "tag": sms.id,
        }
        answer = await self._connection.call(
            "POST",
            f"{self._root}/transactionalSMS/send",
            headers=self._headers,
            content=json.dumps(request, ensure_ascii=False).encode(),
        )
        if not 200 <= answer.status < 300:
            raise self._connection.exception_for(answer, sms.to, sms.digits, sms.text.content)
        found = answer.json().get("messageId")
        return Sent(None if found is None else str(found))

    async def check(self) -> Health:
        """Ask for the account: whether the key is valid, and how much credit for texts is left."""
        answer = await self._connection.call("GET", f"{self._root}/account", headers=self._headers)
        if not 200 <= answer.status < 300:
            raise self._connection.exception_for(answer)
        left = _sms_credits(answer.json().get("plan"))
        if left is not None and left <= 0:
            return Health(ok=False, detail="the account at Brevo has no credit for texts left: buy some")
        return Health(ok=True, detail="Brevo accepts the key" + ("" if left is None else f"; credits left: {left:g}"))


def _sms_credits(plan: object) -> float | None:
    for each in plan if isinstance(plan, list) else []:
        if isinstance(each, dict) and each.get("type") == "sms" and isinstance(each.get("credits"), int | float):
            return float(each["credits"])
    return None
