"""OVHcloud: `POST /sms/{serviceName}/jobs` of its API, signed as `$1$` and SHA-1 over what is asked."""

import hashlib
import json
import time
from urllib.parse import quote

from pydantic import SecretStr

from capcom_gql.plugin import AddressInvalid, Health, Lookup, NotConfigured, Sent, Transient
from capcom_notify_sms.calls import Connection, Response
from capcom_notify_sms.lengths import Alphabet
from capcom_notify_sms.provider import Sms

ENDPOINTS = {"ovh-eu": "https://eu.api.ovh.com/1.0", "ovh-ca": "https://ca.api.ovh.com/1.0"}
LONGEST_TAG = 20
CLOCK_GOOD_FOR = 3600.0
"""Seconds after which OVH is asked for its time again: signatures hold for a short while around it."""
_CODING = {Alphabet.GSM_7: "7bit", Alphabet.UCS_2: "8bit"}


class Ovh:
    """One SMS account of OVH."""

    def __init__(
        self,
        *,
        endpoint: str,
        application_key: SecretStr,
        application_secret: SecretStr,
        consumer_key: SecretStr,
        service_name: str,
        sender: str,
        lookup: Lookup,
    ) -> None:
        self._root = ENDPOINTS.get(endpoint, endpoint).rstrip("/")
        self._application_key = application_key.get_secret_value()
        self._application_secret = application_secret.get_secret_value()
        self._consumer_key = consumer_key.get_secret_value()
        self._account = f"/sms/{quote(service_name, safe='')}"
        self._sender = sender
        self._line = Connection("OVH", lookup, (self._application_key, self._application_secret, self._consumer_key))
        self._clock: tuple[float, int] | None = None

    async def send(self, sms: Sms) -> Sent:
        """Add one sending job. OVH takes no idempotency key: from the second attempt on it is asked first whether
        it has sent the text with this message's tag."""
        tag = hashlib.sha256(sms.id.encode()).hexdigest()[:LONGEST_TAG]
        if sms.attempt > 1 and (known := await self._sent_before(tag)):
            return Sent(known)
        # Without a sender of its own the account sends from a short number that can be answered.
        sender: dict[str, object] = {"sender": self._sender} if self._sender else {"senderForResponse": True}
        job = {
            "charset": "UTF-8",
            "coding": _CODING[sms.text.alphabet],
            "message": sms.text.content,
            # Letters of the service: no advertising, so no STOP clause, which would take characters and wait for day.
            "noStopClause": True,
            "priority": "high",
            "receivers": [sms.to],
            "tag": tag,
            **sender,
        }
        answer = await self._ask("POST", f"{self._account}/jobs", job)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, sms.to, sms.digits, sms.text.content)
        report = answer.json()
        if report.get("invalidReceivers"):
            raise AddressInvalid("OVH refuses the number")
        ids = report.get("ids")
        return Sent(str(ids[0]) if isinstance(ids, list) and ids else None)

    async def check(self) -> Health:
        """The account's own description: that the keys open it, that it is on, and what credit is left."""
        answer = await self._ask("GET", self._account)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        account = answer.json()
        if account.get("status", "enable") != "enable":
            return Health(ok=False, detail="OVH says that the SMS account is not enabled")
        left = account.get("creditsLeft")
        if isinstance(left, int | float) and left <= 0:
            return Health(ok=False, detail="the SMS account at OVH has no credit left: buy some")
        return Health(ok=True, detail="OVH knows the SMS account" + ("" if left is None else f"; credits left: {left}"))

    async def _sent_before(self, tag: str) -> str | None:
        answer = await self._ask("GET", f"{self._account}/outgoing?tag={tag}")
        # A key that may send but not list must not keep a message from going.
        if answer.status == 403:
            return None
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        found = answer.any_json()
        return str(found[0]) if isinstance(found, list) and found else None

    async def _ask(self, method: str, path: str, job: object = None) -> Response:
        url = self._root + path
        body = "" if job is None else json.dumps(job, ensure_ascii=False, separators=(",", ":"))
        now = str(await self._time())
        signed = "+".join((self._application_secret, self._consumer_key, method, url, body, now))
        headers = {
            "X-Ovh-Application": self._application_key,
            "X-Ovh-Consumer": self._consumer_key,
            "X-Ovh-Timestamp": now,
            # SHA-1 is what OVH asks for; the signature is good for this one request.
            "X-Ovh-Signature": "$1$" + hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest(),
        }
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return await self._line.call(method, url, headers=headers, content=body.encode())

    async def _time(self) -> int:
        """OVH's own time in seconds: this machine's clock may be wrong, and then every signature would be."""
        ticks = time.monotonic()
        if self._clock is None or ticks - self._clock[0] > CLOCK_GOOD_FOR:
            answer = await self._line.call("GET", f"{self._root}/auth/time", headers={})
            told = answer.any_json()
            if answer.status != 200 or not isinstance(told, int):
                raise self._line.refusal(answer) if answer.status != 200 else Transient("OVH does not tell its time")
            ticks = time.monotonic()
            self._clock = (ticks, told)
        asked_at, told_then = self._clock
        return told_then + int(ticks - asked_at)

    def _refusal(self, answer: Response, *private: str) -> Exception:
        code = answer.json().get("errorCode")
        if answer.status == 400 and code in ("INVALID_SIGNATURE", "QUERY_TIME_OUT"):
            self._clock = None
        if answer.status == 400 and code == "QUERY_TIME_OUT":
            return Transient("OVH finds the request too old; its time is asked anew")
        if answer.status == 400 and code == "INVALID_SIGNATURE":
            return NotConfigured("OVH finds the signature wrong: mend CAPCOM_NOTIFY__SMS__APPLICATION_SECRET")
        if answer.status == 403 and code == "NOT_GRANTED_CALL":
            return NotConfigured(
                "OVH does not grant this call: make a consumer key with the rights GET /sms/* and POST /sms/*"
            )
        return self._line.refusal(answer, *private)
