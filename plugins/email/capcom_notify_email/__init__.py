"""The e-mail channel: sends letters by SMTP."""

from capcom_gql.plugin import Notifier, hookimpl
from capcom_notify_email.channel import Email
from capcom_notify_email.settings import EmailConfig

__all__ = ["Email", "EmailConfig", "capcom_notifiers"]


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    """The channels of this plugin."""
    return [Email]
