"""The channel: one event to one endpoint, and what its answer means for the delivery."""

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import time
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, FilePath

from capcom_gql.plugin import (
    AddressGone,
    Health,
    Host,
    Message,
    NotConfigured,
    Notifier,
    Permanent,
    Resolve,
    Sent,
    Transient,
    UnknownName,
    by_the_system,
)
from capcom_notify_webhook import destination
from capcom_notify_webhook.exchange import NotHttp, Response, post
from capcom_notify_webhook.lookup import CheckedLookup
from capcom_notify_webhook.signature import body_of, signatures

ANSWER_SHARE = 0.8
"""Of the time of an attempt, for the answer: what is left lets the channel itself say that none came, however busy."""
PARTING_SHARE = 0.05


class WebhookConfig(BaseModel):
    """The settings of the webhook channel; none is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow_private: bool = False
    """Endpoints may be on this machine, at any port, by plain http too. For development and tests; refused in
    production."""
    ca_file: FilePath | None = None
    """Certificate authorities to trust besides those of the system: a file of certificates in PEM."""


class Webhook(Notifier):
    """Posts events to HTTPS endpoints, signed as Standard Webhooks asks.

    `resolve` looks names up: the system does, unless a test says otherwise.
    """

    name = "webhook"
    address_kind = "url"
    formats = ("json",)
    Config: ClassVar[type[BaseModel]] = WebhookConfig

    config: WebhookConfig

    def __init__(self, config: BaseModel, host: Host, *, resolve: Resolve = by_the_system) -> None:
        super().__init__(config, host)
        if self.config.allow_private and host.production:
            raise NotConfigured(
                "CAPCOM_NOTIFY__WEBHOOK__ALLOW_PRIVATE lets endpoints be on this machine, and CAPCOM_ENV is "
                "production: unset it"
            )
        self._lookup = CheckedLookup(resolve, allow_loopback=self.config.allow_private)
        self._agent = _agent()
        self._tls: ssl.SSLContext | None = None
        if self.config.ca_file is not None:
            # Else it waits for the first send: reading the system's authorities takes its time.
            self._trust()

    def validate_address(self, raw: str) -> str:
        """The URL in its canonical form. Raises AddressInvalid for all that can be refused without a look-up."""
        return destination.read(raw, allow_private=self.config.allow_private).url

    async def send(self, message: Message) -> Sent:
        if message.payload is None:
            raise Permanent("there is no payload: this channel sends events to endpoints, not letters")
        body = body_of(message.payload)
        # By the real clock, which receivers compare with theirs, and anew at each attempt: old ones are refused.
        timestamp = int(time())
        headers = [
            ("content-type", "application/json"),
            ("user-agent", self._agent),
            ("webhook-id", message.id),
            ("webhook-timestamp", str(timestamp)),
            ("webhook-signature", signatures(message.keys, message.id, timestamp, body)),
        ]
        to = destination.read(message.address, allow_private=self.config.allow_private)
        return _judged(await self._post(to, headers, body, message.timeout), to.host)

    def check(self) -> Health:
        """Whether any certificate can be trusted here; each endpoint shows by itself whether it answers."""
        folder = ssl.get_default_verify_paths().capath
        if not self._trust().cert_store_stats()["x509_ca"] and not (folder and any(Path(folder).iterdir())):
            detail = (
                "this machine knows no certificate authority, so no endpoint can be trusted: install the package "
                "ca-certificates, or set CAPCOM_NOTIFY__WEBHOOK__CA_FILE"
            )
            return Health(ok=False, detail=detail)
        if self.config.allow_private:
            return Health(ok=True, detail="endpoints may be on this machine, by plain http too (ALLOW_PRIVATE)")
        return Health(ok=True, detail="endpoints are reached by https alone, at public hosts")

    def _trust(self) -> ssl.SSLContext:
        """Whose certificates are good; read once, and shared by all sends."""
        if self._tls is None:
            context = ssl.create_default_context()
            ca_file = self.config.ca_file
            if ca_file is not None:
                try:
                    context.load_verify_locations(cafile=ca_file)
                except OSError as error:
                    raise NotConfigured(
                        f"CAPCOM_NOTIFY__WEBHOOK__CA_FILE={ca_file} cannot be read as certificates in PEM: {error}"
                    ) from None
            self._tls = context
        return self._tls

    async def _post(
        self, to: destination.Destination, headers: list[tuple[str, str]], body: bytes, seconds: float
    ) -> Response:
        allowed = seconds * ANSWER_SHARE
        deadline = asyncio.get_running_loop().time() + allowed
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._lookup.addresses(to)
            parting = seconds * PARTING_SHARE
            return await post(to, addresses, headers, body, self._trust(), deadline=deadline, parting=parting)
        except TimeoutError:
            raise Transient(f"{to.host} has not answered within {allowed:g} s") from None
        except ssl.SSLCertVerificationError as error:
            raise Transient(f"the certificate of {to.host} is refused: {error.verify_message}") from None
        except ssl.SSLError as error:
            raise Transient(f"TLS with {to.host} failed: {error.reason or error}") from None
        except UnknownName as error:
            raise Transient(str(error)) from None
        except NotHttp as error:
            raise Transient(f"{to.host} gave no answer of HTTP: {error}") from None
        except OSError as error:
            raise Transient(f"no connection with {to.host}: {error.strerror or error}") from None


def _judged(answer: Response, host: str) -> Sent:
    status = answer.status
    if 200 <= status < 300:
        return Sent()
    if status == 410:
        raise AddressGone(f"{host} answered 410: it wants no more messages")
    if 300 <= status < 400:
        # Not a fault for good: whoever mends the endpoint still gets the message.
        raise Transient(f"{host} answered {status}: redirects are not followed, give the endpoint's final URL")
    waits = status in (429, 503) and answer.retry_after is not None
    raise Transient(f"{host} answered {status}", retry_after=_seconds(answer.retry_after or "") if waits else None)


def _seconds(retry_after: str) -> float | None:
    """The wait that a Retry-After header asks for: seconds, or a date of HTTP; None where it makes no sense."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    with suppress(TypeError, ValueError, OverflowError):
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - time())
    return None


def _agent() -> str:
    try:
        return f"capcom-gql/{version('capcom-gql')} (webhook)"
    except PackageNotFoundError:
        # Run from its sources, never installed.
        return "capcom-gql (webhook)"
