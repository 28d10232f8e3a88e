"""One HTTP call to a provider, and what its answer means for the message."""

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

LONGEST_ANSWER = 64 * 1024
"""Octets. Nobody's answer to a text message is longer; the rest is not read."""
LONGEST_QUOTE = 200
SHORTEST_SECRET = 4
_SENDER = re.compile(r"sender|originator|exp[ée]diteur", re.IGNORECASE)
_CREDIT = re.compile(r"cr[ée]dits?\b|balance|solde|funds|quota", re.IGNORECASE)
_NUMBER = re.compile(
    r"phone|mobile|msisdn|recipient|receiver|destination|destinataire|\bnumber\b|num[ée]ro", re.IGNORECASE
)
_WORDS = ("code", "errorCode", "class", "error", "message", "detail", "description", "reason")
_calling: ContextVar[bool] = ContextVar("calling", default=False)


class _Unlogged(logging.Filter):
    """Keeps the client's records of our calls out of the log: they hold URLs, with numbers and passwords in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _calling.get()


logging.getLogger("httpx2").addFilter(_Unlogged())


@dataclass(frozen=True, slots=True)
class Response:
    """A provider's answer, as far as it was read."""

    status: int
    headers: Mapping[str, str]
    """With names in lower case."""
    body: bytes

    def json(self) -> dict[str, object]:
        """Its JSON object; empty when it is none."""
        found = self.any_json()
        return found if isinstance(found, dict) else {}

    def any_json(self) -> object:
        """Its JSON value; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def words(self) -> str:
        """What the provider says in words, on one line and shortened; empty for pages meant for a browser."""
        found = list(_said(self.json()))
        if not found and "html" not in self.headers.get("content-type", "") and not self.body.startswith((b"<", b"{")):
            found = [self.body[: 4 * LONGEST_QUOTE].decode("utf-8", "replace")]
        line = " ".join(" ".join(found).split())
        return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def _said(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in _WORDS:
        said = value.get(name)
        if isinstance(said, str):
            yield said
        else:
            yield from _said(said)


class Connection:
    """The way to one provider. Each call has a connection of its own, so that nothing is left to close."""

    def __init__(self, who: str, lookup: Lookup, hidden: tuple[str, ...] = ()) -> None:
        """`who` is what people call the provider; `hidden` are secrets besides the settings' own."""
        self.who = who
        self._lookup = lookup
        self._hidden = sorted(hidden, key=len, reverse=True)
        self._tls: ssl.SSLContext | None = None

    async def call(self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"") -> Response:
        """Ask once; redirects are not followed. Raises Transient for whatever keeps an answer from coming."""
        asked = {"User-Agent": "capcom-notify-sms", "Accept": "application/json", "Accept-Encoding": "identity"}
        # Plain http has nothing to verify, and no redirect leads from it to where something would be.
        trusted: ssl.SSLContext | bool = False
        if url.lower().startswith("https:"):
            # A tenth of a second of reading certificates, once, beside the loop.
            if self._tls is None:
                self._tls = await asyncio.to_thread(httpx2.create_ssl_context)
            trusted = self._tls
        try:
            with _unlogged():
                # No timeouts here: the caller keeps one deadline for all the calls that a message needs.
                async with (
                    httpx2.AsyncClient(transport=Route(trusted, self._lookup), timeout=None) as client,
                    client.stream(method, url, headers={**asked, **headers}, content=content or None) as response,
                ):
                    body = b""
                    async for chunk in response.aiter_raw():
                        body += chunk
                        if len(body) >= LONGEST_ANSWER:
                            break
                    seen = {name.lower(): value for name, value in response.headers.items()}
                    return Response(response.status_code, seen, body[:LONGEST_ANSWER])
        except httpx2.TransportError as error:
            raise Transient(f"{self.who} cannot be reached: {self.shown(str(error) or type(error).__name__)}") from None
        except httpx2.InvalidURL:
            raise NotConfigured(f"the address of {self.who} is no URL: mend it") from None

    def shown(self, words: str, *more: str) -> str:
        """Words of the provider without the secrets that this line knows of, nor `more`."""
        for secret in (*self._hidden, *more):
            if len(secret) >= SHORTEST_SECRET:
                words = words.replace(secret, "***")
        return words

    def refusal(self, answer: Response, *private: str) -> Exception:
        """What to raise for an answer that is not a success. `private` is what the words must not repeat."""
        words = self.shown(answer.words(), *private)
        status = answer.status
        said = f"{self.who} answered {status}" + (f": {words}" if words else "")
        if status in (408, 425, 429) or status >= 500:
            return Transient(said, retry_after=_breaker(answer))
        if status == 402 or _CREDIT.search(words):
            return NotConfigured(f"{said}; there is no credit left: buy some")
        if status in (401, 403, 407):
            return NotConfigured(f"{said}; it refuses the credentials: mend them, or what they are allowed to do")
        if 300 <= status < 400 or status in (404, 405, 410):
            return NotConfigured(f"{said}; no messages are taken there: mend the address or the account's name")
        if _SENDER.search(words):
            return NotConfigured(f"{said}; it refuses the sender: mend CAPCOM_NOTIFY__SMS__SENDER or have it approved")
        if _NUMBER.search(words):
            return AddressInvalid(f"{said}; it refuses the number")
        return Permanent(said)


@contextmanager
def _unlogged() -> Iterator[None]:
    token = _calling.set(True)
    try:
        yield
    finally:
        _calling.reset(token)


def _breaker(answer: Response) -> float | None:
    """Seconds to wait, when the provider said so: `Retry-After` in either form, or Brevo's own header."""
    asked = answer.headers.get("retry-after") or answer.headers.get("x-sib-ratelimit-reset") or ""
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        # Measured on the provider's own clock, which its answer is dated by.
        return max(0.0, (_instant(asked) - _instant(answer.headers.get("date", ""))))
    except (ValueError, TypeError):
        return None


def _instant(date: str) -> float:
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
