"""All tables of the product; import them from here. Facts are stored, states are computed from them (`domain`)."""

from capcom_gql.storage.tables.access import (
    ApiKey,
    AttemptCount,
    EmailChange,
    IdempotencyRecord,
    OneTimeLink,
    Person,
    Session,
    UnsubscribeLink,
)
from capcom_gql.storage.tables.deliveries import Delivery, DeliveryAttempt
from capcom_gql.storage.tables.events import Event, Note
from capcom_gql.storage.tables.subscriptions import (
    Installation,
    Organisation,
    PaymentProof,
    Plan,
    Redemption,
    Seat,
    Subscription,
    Term,
    TermsOfUse,
)
from capcom_gql.storage.tables.support import SupportRequest, SurveyRequest
from capcom_gql.storage.tables.webhooks import WebhookEndpoint, WebhookSecret

__all__ = [
    "ApiKey",
    "AttemptCount",
    "Delivery",
    "DeliveryAttempt",
    "EmailChange",
    "Event",
    "IdempotencyRecord",
    "Installation",
    "Note",
    "OneTimeLink",
    "Organisation",
    "PaymentProof",
    "Person",
    "Plan",
    "Redemption",
    "Seat",
    "Session",
    "Subscription",
    "SupportRequest",
    "SurveyRequest",
    "Term",
    "TermsOfUse",
    "UnsubscribeLink",
    "WebhookEndpoint",
    "WebhookSecret",
]
