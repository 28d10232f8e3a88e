"""The mattermost channel: each letter is a direct message in a Mattermost, by one of its incoming webhooks.

One file, in no package: it is dropped into the folder that `CAPCOM_PLUGINS_DIR` names. People add their user name,
such as @ana, to their profile as an address of kind `mattermost`.
"""

import json
import re
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from capcom_gql.plugin import (
    AddressInvalid,
    Health,
    Host,
    Message,
    NotConfigured,
    Notifier,
    Permanent,
    Sent,
    Transient,
    hookimpl,
)

SHARE = 0.9
MOST_READ = 64 * 1024
_USER = re.compile(r"@?([a-z][a-z0-9._-]{2,63})")


class MattermostConfig(BaseModel):
    """Read from CAPCOM_NOTIFY__MATTERMOST__HOOK."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hook: SecretStr
    """The incoming webhook's address, https://chat.example/hooks/...: whoever has it may write, so it is a secret."""

    @field_validator("hook")
    @classmethod
    def _an_address(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("write it as https://chat.example/hooks/...")
        return value


class Mattermost(Notifier):
    """Writes to one person at a time."""

    name = "mattermost"
    address_kind = "mattermost"
    Config: ClassVar[type[BaseModel]] = MattermostConfig

    config: MattermostConfig

    def __init__(self, config: BaseModel, host: Host) -> None:
        super().__init__(config, host)
        self._hook = urlsplit(self.config.hook.get_secret_value())

    def validate_address(self, raw: str) -> str:
        found = _USER.fullmatch(raw.strip().lower())
        if not found:
            raise AddressInvalid("this is not a user name of Mattermost: write it as @name")
        return f"@{found[1]}"

    def send(self, message: Message) -> Sent:
        post = {
            "channel": message.address,
            "text": f"**{message.subject}**\n\n{message.text}",
            # Mattermost keeps it with the post: a repeated one can be told from a new one.
            "props": {"capcom_id": message.id},
        }
        status, headers = _post(self._hook, json.dumps(post).encode(), SHARE * message.timeout)
        if status == 200:
            return Sent(provider_id=headers["X-Request-Id"])
        words = f"Mattermost answered {status}"
        if status == 429 or status >= 500:
            wait = headers.get("Retry-After", "")
            raise Transient(words, retry_after=float(wait) if wait.isdecimal() else None)
        if status in (401, 403, 410):
            raise NotConfigured(f"{words}: check CAPCOM_NOTIFY__MATTERMOST__HOOK")
        raise Permanent(f"{words}: is there such a user, and may the webhook write to them?")

    def check(self) -> Health:
        return Health(ok=True, detail="only a message shows whether Mattermost knows the webhook")


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    return [Mattermost]


def _post(hook: SplitResult, body: bytes, seconds: float) -> tuple[int, HTTPMessage]:
    """The answer's status and headers."""
    kind = HTTPSConnection if hook.scheme == "https" else HTTPConnection
    connection = kind(hook.hostname or "", hook.port, timeout=seconds)
    try:
        connection.request("POST", hook.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read(MOST_READ)
        return answer.status, answer.headers
    except HTTPException as error:
        # An OSError is for the host, which tries again.
        if isinstance(error, OSError):
            raise
        raise Transient(f"Mattermost gave no answer that can be read: {type(error).__name__}") from None
    finally:
        connection.close()
