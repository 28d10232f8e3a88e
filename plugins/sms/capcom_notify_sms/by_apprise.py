"""Any service that Apprise knows, by an Apprise URL. Apprise is an extra: `pip install capcom-gql[apprise]`."""

import logging
import re
from typing import TYPE_CHECKING

from pydantic import SecretStr

from capcom_gql.plugin import Health, NotConfigured, Permanent, Sent, Transient
from capcom_notify_sms.provider import Sms
from capcom_notify_sms.templates import escape_in_url, filled

if TYPE_CHECKING:
    from apprise import Apprise

MISSING = "Apprise is not installed: pip install 'capcom-gql[apprise]', or choose another CAPCOM_NOTIFY__SMS__PROVIDER"
UNKNOWN = (
    "Apprise does not understand CAPCOM_NOTIFY__SMS__URL: write it as the documentation of its service says,"
    " with {to} where the number stands"
)
_STATUS = re.compile(r"\berror=(\d{3})\b")
_NOBODY = Sms.sample()


class ByApprise:
    """One Apprise URL, with the number filled in for each text."""

    def __init__(self, *, url: SecretStr, sender: str) -> None:
        """Raises NotConfigured when Apprise is missing or does not understand the URL."""
        try:
            # Slow to import: only who chose it pays for that.
            import apprise  # noqa: PLC0415
        except ModuleNotFoundError:
            raise NotConfigured(MISSING) from None
        # What it logs names numbers; what failed stands in the outcome.
        logger = logging.getLogger("apprise")
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
        self._new = apprise.Apprise
        # Sent as it is, once: no redirect gets the credentials, no placeholder of Apprise's own is filled in.
        self._asset = apprise.AppriseAsset(
            storage_mode=apprise.PersistentStoreMode.MEMORY, allow_templates=False, http_redirects=False
        )
        self._url = url.get_secret_value()
        self._sender = sender
        self._filled(_NOBODY)

    async def send(self, sms: Sms) -> Sent:
        """Hand one text to Apprise, which says of a failure little more than that it is one."""
        result = await self._filled(sms).async_notify(body=sms.text.content)
        if result:
            return Sent()
        found = [_STATUS.search(entry.message) for entry in result.logs()]
        status = next((int(each[1]) for each in found if each), None)
        if status is None:
            raise Transient("Apprise could not send the text and says no more")
        said = f"the service answered {status} to Apprise"
        if status in (401, 402, 403, 404, 407):
            raise NotConfigured(f"{said}: mend CAPCOM_NOTIFY__SMS__URL or the account")
        if status in (408, 425, 429) or status >= 500:
            raise Transient(said)
        raise Permanent(said)

    async def check(self) -> Health:
        """Nothing is asked: Apprise has no call that sends nothing."""
        return Health(ok=True, detail="Apprise understands the URL; only a message shows whether the service takes it")

    def _filled(self, sms: Sms) -> "Apprise":
        values = {"to": sms.to, "digits": sms.digits, "sender": self._sender, "id": sms.id, "text": ""}
        services = self._new(asset=self._asset)
        if not services.add(filled(self._url, values, escape_in_url)):
            raise NotConfigured(UNKNOWN)
        return services
