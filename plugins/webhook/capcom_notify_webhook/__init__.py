"""The webhook channel: posts each event to HTTPS endpoints, signed as in Standard Webhooks."""

from capcom_gql.plugin import Notifier, hookimpl
from capcom_notify_webhook.channel import Webhook, WebhookConfig

__all__ = ["Webhook", "WebhookConfig", "capcom_notifiers"]


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    """The channels of this plugin."""
    return [Webhook]
