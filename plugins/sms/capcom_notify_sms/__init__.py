"""The sms channel: sends letters as text messages through a provider.

Providers: any HTTP gateway described by templates, OVHcloud, Brevo, and every service that Apprise supports.
"""

import asyncio
import threading
from concurrent.futures import Future
from typing import ClassVar

from pydantic import BaseModel

from capcom_gql.plugin import (
    Health,
    Host,
    Lookup,
    Message,
    NotConfigured,
    Notifier,
    Permanent,
    Resolve,
    Sent,
    Transient,
    by_the_system,
    hookimpl,
)
from capcom_notify_sms.brevo import Brevo
from capcom_notify_sms.by_apprise import ByApprise
from capcom_notify_sms.gateway import Gateway
from capcom_notify_sms.lengths import fit
from capcom_notify_sms.numbers import e164
from capcom_notify_sms.ovh import Ovh
from capcom_notify_sms.provider import Provider, Sms
from capcom_notify_sms.settings import SmsConfig

__all__ = ["SmsChannel", "SmsConfig"]

SHARE = 0.9
"""The share of `Message.timeout` after which the channel itself reports that the provider is too slow."""
CHECK_TIMEOUT = 8.0
"""Seconds that a check may take."""


class SmsChannel(Notifier):
    """Sends letters as text messages. `resolve` looks up the provider's name, except for Apprise; tests replace it."""

    name = "sms"
    address_kind = "phone"
    formats = ("text",)
    Config: ClassVar[type[BaseModel]] = SmsConfig

    config: SmsConfig

    def __init__(self, config: BaseModel, host: Host, *, resolve: Resolve = by_the_system) -> None:
        super().__init__(config, host)
        self._provider = _provider(self.config, Lookup(resolve))

    def validate_address(self, raw: str) -> str:
        """The number in E.164. Raises AddressInvalid."""
        return e164(raw)

    async def send(self, message: Message) -> Sent:
        """Send a letter's text as one text message. Raises the exceptions of the contract."""
        seconds = message.timeout * SHARE
        text = fit(message.text, self.config.max_segments)
        sms = Sms(id=message.id, to=message.address, text=text, attempt=message.attempt)
        try:
            async with asyncio.timeout(seconds):
                return await self._provider.send(sms)
        except TimeoutError:
            raise Transient(f"no answer from the provider ({self.config.provider}) within {seconds:g} s") from None

    def check(self) -> Health:
        """Ask the provider for the account, for at most CHECK_TIMEOUT seconds; nothing is sent."""
        found: Future[Health] = Future()

        def run() -> None:
            try:
                found.set_result(asyncio.run(self._checked()))
            except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
                found.set_exception(error)

        # in a thread, since the caller may run in an event loop; a daemon, so that the program can end meanwhile
        threading.Thread(target=run, daemon=True, name="sms-check").start()
        return found.result()

    async def _checked(self) -> Health:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                return await self._provider.check()
        except TimeoutError:
            return Health(ok=False, detail=f"no answer from the provider within {CHECK_TIMEOUT:g} s")
        except (Transient, Permanent, NotConfigured) as error:
            return Health(ok=False, detail=str(error))


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    """The channels of this plugin."""
    return [SmsChannel]


def _provider(config: SmsConfig, lookup: Lookup) -> Provider:
    match config.provider:
        case "http":
            return Gateway(
                url=config.url,
                method=config.method,
                headers=config.headers,
                body=config.body,
                sender=config.sender,
                ok=config.ok,
                ok_text=config.ok_text,
                lookup=lookup,
            )
        case "ovh":
            return Ovh(
                endpoint=config.endpoint or "ovh-eu",
                application_key=config.application_key,
                application_secret=config.application_secret,
                consumer_key=config.consumer_key,
                service_name=config.service_name,
                sender=config.sender,
                lookup=lookup,
            )
        case "brevo":
            return Brevo(endpoint=config.endpoint, api_key=config.api_key, sender=config.sender, lookup=lookup)
        case "apprise":
            return ByApprise(url=config.url, sender=config.sender)
