"""Brevo: `POST /transactionalSMS/send` of its API, version 3."""

import json

from pydantic import SecretStr

from capcom_gql.plugin import Health, Lookup, Sent
from capcom_notify_sms.calls import Connection
from capcom_notify_sms.lengths import Alphabet
from capcom_notify_sms.provider import Sms

ENDPOINT = "https://api.brevo.com/v3"


class Brevo:
    """One account of Brevo."""

    def __init__(self, *, endpoint: str, api_key: SecretStr, sender: str, lookup: Lookup) -> None:
        self._root = (endpoint or ENDPOINT).rstrip("/")
        self._headers = {"api-key": api_key.get_secret_value(), "Content-Type": "application/json"}
        self._sender = sender
        self._line = Connection("Brevo", lookup, (api_key.get_secret_value(),))

    async def send(self, sms: Sms) -> Sent:
        """One text. Brevo takes no idempotency key for texts: the message's id goes along as its tag."""
        wanted = {
            "type": "transactional",
            "sender": self._sender,
            "recipient": sms.digits,
            "content": sms.text.content,
            "unicodeEnabled": sms.text.alphabet is Alphabet.UCS_2,
            "tag": sms.id,
        }
        answer = await self._line.call(
            "POST",
            f"{self._root}/transactionalSMS/send",
            headers=self._headers,
            content=json.dumps(wanted, ensure_ascii=False).encode(),
        )
        if not 200 <= answer.status < 300:
            raise self._line.refusal(answer, sms.to, sms.digits, sms.text.content)
        found = answer.json().get("messageId")
        return Sent(None if found is None else str(found))

    async def check(self) -> Health:
        """The account's own description: that the key is good, and what credit for texts is left."""
        answer = await self._line.call("GET", f"{self._root}/account", headers=self._headers)
        if not 200 <= answer.status < 300:
            raise self._line.refusal(answer)
        left = _sms_credits(answer.json().get("plan"))
        if left is not None and left <= 0:
            return Health(ok=False, detail="the account at Brevo has no credit for texts left: buy some")
        return Health(ok=True, detail="Brevo knows the key" + ("" if left is None else f"; credits left: {left:g}"))


def _sms_credits(plan: object) -> float | None:
    for each in plan if isinstance(plan, list) else []:
        if isinstance(each, dict) and each.get("type") == "sms" and isinstance(each.get("credits"), int | float):
            return float(each["credits"])
    return None
