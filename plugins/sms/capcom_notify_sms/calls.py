"""HTTP calls to a provider, and the exceptions of the contract for its answers."""

import asyncio
import json
import logging
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx2

from capcom_gql.plugin import AddressInvalid, Lookup, NotConfigured, Permanent, Transient
from capcom_notify_sms.routes import Route

MAX_ANSWER = 64 * 1024
"""The most bytes of an answer that are read."""
MAX_QUOTE = 200
"""The most characters of an answer that are quoted."""
MIN_SECRET = 4
"""The least characters of a secret that is hidden; a shorter one is in too many texts by chance."""
_SENDER = re.compile(r"sender|originator|exp[ée]diteur", re.IGNORECASE)
_CREDIT = re.compile(r"cr[ée]dits?\b|balance|solde|funds|quota", re.IGNORECASE)
_NUMBER = re.compile(
    r"phone|mobile|msisdn|recipient|receiver|destination|destinataire|\bnumber\b|num[ée]ro", re.IGNORECASE
)
_TEXT_FIELDS = ("code", "errorCode", "class", "error", "message", "detail", "description", "reason")
_calling: ContextVar[bool] = ContextVar("calling", default=False)


class _Unlogged(logging.Filter):
    """Keeps the HTTP client's records of these calls out of the log, since their URLs hold numbers and passwords."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _calling.get()


logging.getLogger("httpx2").addFilter(_Unlogged())


@dataclass(frozen=True, slots=True)
class Response:
    """A provider's answer."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes
    """At most MAX_ANSWER bytes."""

    def json(self) -> dict[str, object]:
        """The body as a JSON object; empty if it is not one."""
        found = self.any_json()
        return found if isinstance(found, dict) else {}

    def any_json(self) -> object:
        """The body as a JSON value; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def text(self) -> str:
        """The provider's explanation in one line, shortened to MAX_QUOTE; empty for an HTML page."""
        found = list(_texts_in(self.json()))
        if not found and "html" not in self.headers.get("content-type", "") and not self.body.startswith((b"<", b"{")):
            found = [self.body[: 4 * MAX_QUOTE].decode("utf-8", "replace")]
        line = " ".join(" ".join(found).split())
        return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1] + "…"


def _texts_in(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in _TEXT_FIELDS:
        text = value.get(name)
        if isinstance(text, str):
            yield text
        else:
            yield from _texts_in(text)


class Connection:
    """Makes HTTP calls to one provider. Each call opens a connection of its own, so nothing has to be closed."""

    def __init__(self, who: str, lookup: Lookup, hidden: tuple[str, ...] = ()) -> None:
        """`who` names the provider in messages; `hidden` are secrets that no message may show."""
        self.who = who
        self._lookup = lookup
        self._hidden = sorted(hidden, key=len, reverse=True)
        self._tls: ssl.SSLContext | None = None

    async def call(self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"") -> Response:
        """Make one call, without following redirects or a time limit of its own.

        Raises Transient if there is no answer, NotConfigured if the URL is invalid.
        """
        common = {"User-Agent": "capcom-notify-sms", "Accept": "application/json", "Accept-Encoding": "identity"}
        # plain http has no certificate to verify
        trusted: ssl.SSLContext | bool = False
        if url.lower().startswith("https:"):
            # reading the certificates takes a tenth of a second, so it is done once, in a thread
            if self._tls is None:
                self._tls = await asyncio.to_thread(httpx2.create_ssl_context)
            trusted = self._tls
        try:
            with _unlogged():
                # no timeout: the caller has one deadline for all calls of a message
                async with (
                    httpx2.AsyncClient(transport=Route(trusted, self._lookup), timeout=None) as client,
                    client.stream(method, url, headers={**common, **headers}, content=content or None) as response,
                ):
                    body = b""
                    async for chunk in response.aiter_raw():
                        body += chunk
                        if len(body) >= MAX_ANSWER:
                            break
                    seen = {name.lower(): value for name, value in response.headers.items()}
                    return Response(response.status_code, seen, body[:MAX_ANSWER])
        except httpx2.TransportError as error:
            raise Transient(
                f"{self.who} cannot be reached: {self.redact(str(error) or type(error).__name__)}"
            ) from None
        except httpx2.InvalidURL:
            raise NotConfigured(f"the address of {self.who} is not a URL: correct it") from None

    def redact(self, text: str, *more: str) -> str:
        """A text without the secrets of this connection, and without `more`."""
        for secret in (*self._hidden, *more):
            if len(secret) >= MIN_SECRET:
                text = text.replace(secret, "***")
        return text

    def exception_for(self, answer: Response, *private: str) -> Exception:
        """The exception of the contract for an answer that is not a success. Its text does not repeat `private`."""
        text = self.redact(answer.text(), *private)
        status = answer.status
        reason = f"{self.who} answered {status}" + (f": {text}" if text else "")
        if status in (408, 425, 429) or status >= 500:
            return Transient(reason, retry_after=_retry_after(answer))
        if status == 402 or _CREDIT.search(text):
            return NotConfigured(f"{reason}; there is no credit left: buy some")
        if status in (401, 403, 407):
            return NotConfigured(f"{reason}; it refuses the credentials: correct them, or their permissions")
        if 300 <= status < 400 or status in (404, 405, 410):
            return NotConfigured(f"{reason}; it accepts no messages there: correct the address or the account's name")
        if _SENDER.search(text):
            return NotConfigured(
                f"{reason}; it refuses the sender: correct CAPCOM_NOTIFY__SMS__SENDER or have it approved"
            )
        if _NUMBER.search(text):
            return AddressInvalid(f"{reason}; it refuses the number")
        return Permanent(reason)


@contextmanager
def _unlogged() -> Iterator[None]:
    token = _calling.set(True)
    try:
        yield
    finally:
        _calling.reset(token)


def _retry_after(answer: Response) -> float | None:
    """The seconds to wait, from `Retry-After` in either form or Brevo's own header; None if there are none."""
    asked = answer.headers.get("retry-after") or answer.headers.get("x-sib-ratelimit-reset") or ""
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        # measured by the provider's own clock, from the date of its answer
        return max(0.0, (_instant(asked) - _instant(answer.headers.get("date", ""))))
    except (ValueError, TypeError):
        return None


def _instant(date: str) -> float:
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
