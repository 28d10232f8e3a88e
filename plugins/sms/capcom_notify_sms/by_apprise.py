"""Any service that Apprise supports, by an Apprise URL. Apprise is an extra: `pip install capcom-gql[apprise]`."""

import logging
import re
from typing import TYPE_CHECKING

from pydantic import SecretStr

from capcom_gql.plugin import Health, NotConfigured, Permanent, Sent, Transient
from capcom_notify_sms.provider import Sms
from capcom_notify_sms.templates import escape_in_url, fill

if TYPE_CHECKING:
    from apprise import Apprise

MISSING = "Apprise is not installed: pip install 'capcom-gql[apprise]', or choose another CAPCOM_NOTIFY__SMS__PROVIDER"
"""The reason if Apprise cannot be imported."""
UNKNOWN = (
    "Apprise does not understand CAPCOM_NOTIFY__SMS__URL: write it as the documentation of its service says,"
    " with {to} for the number"
)
"""The reason if Apprise refuses the URL."""
_STATUS = re.compile(r"\berror=(\d{3})\b")
_SAMPLE = Sms.sample()


class ByApprise:
    """An Apprise URL, into which the number of each text is filled. See `provider.Provider`."""

    def __init__(self, *, url: SecretStr, sender: str) -> None:
        """Raises NotConfigured if Apprise is not installed or does not understand the URL."""
        try:
            # imported only if it is used, since it is slow
            import apprise  # noqa: PLC0415
        except ModuleNotFoundError:
            raise NotConfigured(MISSING) from None
        # its log records contain numbers; failures are reported in the outcome
        logger = logging.getLogger("apprise")
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
        self._new = apprise.Apprise
        # no redirect gets the credentials, and placeholders of Apprise's own in the text are not replaced
        self._asset = apprise.AppriseAsset(
            storage_mode=apprise.PersistentStoreMode.MEMORY, allow_templates=False, http_redirects=False
        )
        self._url = url.get_secret_value()
        self._sender = sender
        self._filled(_SAMPLE)

    async def send(self, sms: Sms) -> Sent:
        """Send one text by Apprise, which reports little about a failure.

        Raises NotConfigured, Permanent or Transient by the HTTP status in its log, Transient without one.
        """
        result = await self._filled(sms).async_notify(body=sms.text.content)
        if result:
            return Sent()
        found = [_STATUS.search(entry.message) for entry in result.logs()]
        status = next((int(each[1]) for each in found if each), None)
        if status is None:
            raise Transient("Apprise could not send the text and gives no reason")
        reason = f"the service answered {status} to Apprise"
        if status in (401, 402, 403, 404, 407):
            raise NotConfigured(f"{reason}: correct CAPCOM_NOTIFY__SMS__URL or the account")
        if status in (408, 425, 429) or status >= 500:
            raise Transient(reason)
        raise Permanent(reason)

    async def check(self) -> Health:
        """Check nothing more than the URL: Apprise has no call that sends nothing."""
        return Health(
            ok=True, detail="Apprise understands the URL; only a message shows whether the service accepts it"
        )

    def _filled(self, sms: Sms) -> "Apprise":
        values = {"to": sms.to, "digits": sms.digits, "sender": self._sender, "id": sms.id, "text": ""}
        services = self._new(asset=self._asset)
        if not services.add(fill(self._url, values, escape_in_url)):
            raise NotConfigured(UNKNOWN)
        return services
