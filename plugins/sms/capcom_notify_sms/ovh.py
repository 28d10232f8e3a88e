"""The provider OVHcloud: `POST /sms/{serviceName}/jobs` of its API, each request signed (`$1$` and SHA-1)."""

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
"""The URLs of the API by the names for the setting ENDPOINT."""
TAG_LENGTH = 20
"""Characters of the tag that is made of a message's id; OVH allows no more."""
CLOCK_LIFETIME = 3600.0
"""Seconds after which OVH is asked for its time again; a signature is valid only for a short while."""
_CODING = {Alphabet.GSM_7: "7bit", Alphabet.UCS_2: "8bit"}


class Ovh:
    """An SMS account at OVH. See `provider.Provider`."""

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
        self._connection = Connection(
            "OVH", lookup, (self._application_key, self._application_secret, self._consumer_key)
        )
        self._clock: tuple[float, int] | None = None

    async def send(self, sms: Sms) -> Sent:
        """Send one text, by a job. OVH has no idempotency key: from the second attempt on it is first asked whether a
        text with this message's tag was sent already.

        Raises AddressInvalid for a number that OVH refuses, and what its answer means otherwise.
        """
        tag = hashlib.sha256(sms.id.encode()).hexdigest()[:TAG_LENGTH]
        if sms.attempt > 1 and (known := await self._find_sent(tag)):
            return Sent(known)
        # without SENDER the account sends from a short number to which people can reply
        sender: dict[str, object] = {"sender": self._sender} if self._sender else {"senderForResponse": True}
        job = {
            "charset": "UTF-8",
            "coding": _CODING[sms.text.alphabet],
            "message": sms.text.content,
            # no advertising, so without the STOP clause, which takes characters and delays texts at night
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
        """Ask for the account, sending nothing: not ok where it is disabled or has no credit left.

        Raises what OVH's answer means otherwise, such as NotConfigured for keys that it refuses.
        """
        answer = await self._ask("GET", self._account)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        account = answer.json()
        if account.get("status", "enable") != "enable":
            return Health(ok=False, detail="the SMS account at OVH is not enabled")
        left = account.get("creditsLeft")
        if isinstance(left, int | float) and left <= 0:
            return Health(ok=False, detail="the SMS account at OVH has no credit left: buy some")
        return Health(ok=True, detail="OVH accepts the keys" + ("" if left is None else f"; credits left: {left}"))

    async def _find_sent(self, tag: str) -> str | None:
        answer = await self._ask("GET", f"{self._account}/outgoing?tag={tag}")
        # a key that may send but not list is enough to send
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
            # OVH requires SHA-1; the signature is valid for this request only
            "X-Ovh-Signature": "$1$" + hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest(),
        }
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return await self._connection.call(method, url, headers=headers, content=body.encode())

    async def _time(self) -> int:
        """OVH's time in seconds since 1970, by which it checks signatures: this machine's clock may be wrong."""
        ticks = time.monotonic()
        if self._clock is None or ticks - self._clock[0] > CLOCK_LIFETIME:
            answer = await self._connection.call("GET", f"{self._root}/auth/time", headers={})
            seconds = answer.any_json()
            if answer.status != 200 or not isinstance(seconds, int):
                raise (
                    self._connection.exception_for(answer)
                    if answer.status != 200
                    else Transient("OVH does not tell its time")
                )
            ticks = time.monotonic()
            self._clock = (ticks, seconds)
        asked_at, time_then = self._clock
        return time_then + int(ticks - asked_at)

    def _refusal(self, answer: Response, *private: str) -> Exception:
        code = answer.json().get("errorCode")
        if answer.status == 400 and code in ("INVALID_SIGNATURE", "QUERY_TIME_OUT"):
            self._clock = None
        if answer.status == 400 and code == "QUERY_TIME_OUT":
            return Transient("OVH refuses the request as too old; its time will be asked again")
        if answer.status == 400 and code == "INVALID_SIGNATURE":
            return NotConfigured("OVH refuses the signature: correct CAPCOM_NOTIFY__SMS__APPLICATION_SECRET")
        if answer.status == 403 and code == "NOT_GRANTED_CALL":
            return NotConfigured(
                "OVH does not allow this call: create a consumer key with the rights GET /sms/* and POST /sms/*"
            )
        return self._connection.exception_for(answer, *private)
