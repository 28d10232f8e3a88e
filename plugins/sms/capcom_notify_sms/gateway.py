"""Any gateway that accepts a text in one HTTP request, described by templates."""

import re

from pydantic import SecretStr

from capcom_gql.plugin import Health, Lookup, Sent
from capcom_notify_sms.calls import Connection, Response
from capcom_notify_sms.provider import Sms
from capcom_notify_sms.templates import (
    JSON,
    content_type_of,
    escape_in,
    escape_in_url,
    fill,
    headers_of,
    secrets_in,
)

_NAMES_OF_AN_ID = ("id", "messageId", "message_id", "messageid", "sid", "reference", "uuid")
_STATUSES = re.compile(r"[1-5]\d\d|[1-5]xx")


def statuses_of(written: str) -> frozenset[int]:
    """The HTTP statuses in a text such as `2xx` or `200, 202`. Raises ValueError for anything else."""
    found: set[int] = set()
    for each in written.replace(",", " ").split():
        if not _STATUSES.fullmatch(each):
            raise ValueError("write statuses as 2xx or as 200,202")
        found.update(range(int(each[0]) * 100, int(each[0]) * 100 + 100) if each.endswith("xx") else [int(each)])
    if not found:
        raise ValueError("write statuses as 2xx or as 200,202")
    return frozenset(found)


class Gateway:
    """A gateway described by templates, which the settings have validated. See `provider.Provider`."""

    def __init__(
        self,
        *,
        url: SecretStr,
        method: str,
        headers: SecretStr,
        body: SecretStr,
        sender: str,
        ok: str,
        ok_text: str,
        lookup: Lookup,
    ) -> None:
        self._url = url.get_secret_value()
        self._method = method
        self._headers = headers_of(headers.get_secret_value())
        self._body = "" if method == "GET" else body.get_secret_value()
        self._sender = sender
        self._ok = statuses_of(ok)
        self._ok_text = ok_text
        named = {name.lower() for name in self._headers}
        if self._body and "content-type" not in named:
            self._headers["Content-Type"] = JSON
        if "idempotency-key" not in named:
            self._headers["Idempotency-Key"] = "{id}"
        self._escape = escape_in(content_type_of(self._headers))
        self._connection = Connection("the gateway", lookup, secrets_in(self._url, self._headers, self._body))

    async def send(self, sms: Sms) -> Sent:
        """Send one text by one request. It succeeds with a status of OK and, if set, OK_TEXT in the answer."""
        values = {
            "to": sms.to,
            "digits": sms.digits,
            "text": sms.text.content,
            "sender": self._sender,
            "id": sms.id,
        }
        answer = await self._connection.call(
            self._method,
            fill(self._url, values, escape_in_url),
            headers={name: fill(value, values, str) for name, value in self._headers.items()},
            content=fill(self._body, values, self._escape).encode() if self._body else b"",
        )
        if answer.status not in self._ok or self._ok_text not in answer.body.decode("utf-8", "replace"):
            raise self._connection.exception_for(answer, sms.to, sms.digits, sms.text.content)
        return Sent(_id_in(answer))

    async def check(self) -> Health:
        """Check nothing: no request to an unknown gateway is certain to be harmless."""
        return Health(
            ok=True, detail="the settings are complete; only a message shows whether the gateway accepts them"
        )


def _id_in(answer: Response) -> str | None:
    for name in _NAMES_OF_AN_ID:
        found = answer.json().get(name)
        if isinstance(found, str | int) and not isinstance(found, bool):
            return str(found)
    return None
