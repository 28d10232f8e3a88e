"""The channel: posts one event to one endpoint, and translates its answer for the host."""

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
"""The share of `Message.timeout` for the endpoint's answer, after which the channel reports that none came."""
DRAIN_SHARE = 0.05
"""The share of `Message.timeout` for the rest of an answer and for closing the connection."""


class WebhookConfig(BaseModel):
    """The settings of the webhook channel. None is required."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow_private: bool = False
    """Whether endpoints may be on this machine (loopback), at any port, by plain http too. For development and tests;
    refused in production."""
    ca_file: FilePath | None = None
    """A PEM file of certificate authorities to trust in addition to those of the system."""


class Webhook(Notifier):
    """Posts events to HTTPS endpoints, signed as in Standard Webhooks. `resolve` looks up names; tests replace it."""

    name = "webhook"
    address_kind = "url"
    formats = ("json",)
    Config: ClassVar[type[BaseModel]] = WebhookConfig

    config: WebhookConfig

    def __init__(self, config: BaseModel, host: Host, *, resolve: Resolve = by_the_system) -> None:
        super().__init__(config, host)
        if self.config.allow_private and host.production:
            raise NotConfigured(
                "CAPCOM_NOTIFY__WEBHOOK__ALLOW_PRIVATE allows endpoints on this machine, and CAPCOM_ENV is "
                "production: unset it"
            )
        self._lookup = CheckedLookup(resolve, allow_loopback=self.config.allow_private)
        self._agent = _agent()
        self._tls: ssl.SSLContext | None = None
        if self.config.ca_file is not None:
            # to report a faulty file at once; else it is done with the first send, since it is slow
            self._trust()

    def validate_address(self, raw: str) -> str:
        """The URL in its canonical form. Raises AddressInvalid if it can be refused without a look-up of its name."""
        return destination.parse(raw, allow_private=self.config.allow_private).url

    async def send(self, message: Message) -> Sent:
        """Post an event to its endpoint. Raises the exceptions of the contract."""
        if message.payload is None:
            raise Permanent("there is no payload: this channel sends events to endpoints, not letters")
        body = body_of(message.payload)
        # by the real clock, since receivers compare it with theirs, and new on each attempt, since they refuse old ones
        timestamp = int(time())
        headers = [
            ("content-type", "application/json"),
            ("user-agent", self._agent),
            ("webhook-id", message.id),
            ("webhook-timestamp", str(timestamp)),
            ("webhook-signature", signatures(message.keys, message.id, timestamp, body)),
        ]
        to = destination.parse(message.address, allow_private=self.config.allow_private)
        return _result_of(await self._post(to, headers, body, message.timeout), to.host)

    def check(self) -> Health:
        """Whether this machine has certificate authorities; whether an endpoint answers is seen in its deliveries."""
        folder = ssl.get_default_verify_paths().capath
        if not self._trust().cert_store_stats()["x509_ca"] and not (folder and any(Path(folder).iterdir())):
            detail = (
                "this machine has no certificate authorities, so no endpoint can be trusted: install the package "
                "ca-certificates, or set CAPCOM_NOTIFY__WEBHOOK__CA_FILE"
            )
            return Health(ok=False, detail=detail)
        if self.config.allow_private:
            return Health(ok=True, detail="endpoints may be on this machine, by plain http too (ALLOW_PRIVATE)")
        return Health(ok=True, detail="endpoints must be public hosts, by https")

    def _trust(self) -> ssl.SSLContext:
        """The TLS settings with the trusted authorities; read once, and shared by all sends."""
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
            drain_seconds = seconds * DRAIN_SHARE
            return await post(
                to, addresses, headers, body, self._trust(), deadline=deadline, drain_seconds=drain_seconds
            )
        except TimeoutError:
            raise Transient(f"{to.host} has not answered within {allowed:g} s") from None
        except ssl.SSLCertVerificationError as error:
            raise Transient(f"the certificate of {to.host} is refused: {error.verify_message}") from None
        except ssl.SSLError as error:
            raise Transient(f"TLS with {to.host} failed: {error.reason or error}") from None
        except UnknownName as error:
            raise Transient(str(error)) from None
        except NotHttp as error:
            raise Transient(f"{to.host} gave no valid HTTP answer: {error}") from None
        except OSError as error:
            raise Transient(f"no connection with {to.host}: {error.strerror or error}") from None


def _result_of(answer: Response, host: str) -> Sent:
    status = answer.status
    if 200 <= status < 300:
        return Sent()
    if status == 410:
        raise AddressGone(f"{host} answered 410: it wants no more messages")
    if 300 <= status < 400:
        # not permanent: once the endpoint is corrected it gets the message
        raise Transient(f"{host} answered {status}: redirects are not followed, give the endpoint's final URL")
    waits = status in (429, 503) and answer.retry_after is not None
    raise Transient(f"{host} answered {status}", retry_after=_seconds(answer.retry_after or "") if waits else None)


def _seconds(retry_after: str) -> float | None:
    """The seconds of a Retry-After header, which is a number or an HTTP date; None if it is neither."""
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
        # run from its sources, without being installed
        return "capcom-gql (webhook)"
