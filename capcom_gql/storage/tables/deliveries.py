"""The tables of the post: a delivery is one letter to one person, or one event to one endpoint, by one channel.

An attempt is one try to send it.
"""

from collections.abc import Iterable
from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.domain.letters import UNSENT, WAITING, DeliveryState
from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.tables.access import Person
from capcom_gql.storage.tables.events import Event
from capcom_gql.storage.tables.webhooks import MAX_URL, WebhookEndpoint


def _state_in(states: Iterable[DeliveryState]) -> str:
    listed = ", ".join(f"'{state}'" for state in states)
    return f"state IN ({listed})"


IS_WAITING = _state_in(WAITING)
"""The SQL condition on `delivery.state` for `domain.letters.WAITING`. It begins with the column, so that a query over
several tables can write `delivery.{IS_WAITING}`."""
IS_UNSENT = _state_in(UNSENT)
"""The same for `domain.letters.UNSENT`."""


class Delivery(Model):
    """A letter, or an event for an endpoint, planned, sent, failed, held or suppressed, with the reason.

    `due_at` follows the product's clock; `next_attempt_at`, the lease and `queued_until` (how long the broker is given
    to bring it to a worker) the real one. `attempt` is counted before the
    call and fences it: an outcome is written only while the number still stands. `uncounted` are the attempts that
    ended in waiting for settings. `about` holds the ids that the
    letter speaks of; its text is written when it is sent. To an endpoint the topic is the event's kind, and `recipient`
    the address that it had when the event was recorded, or when it was last tried.
    """

    id = ShortText(max_length=40, primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "capcom.Event", related_name="deliveries", on_delete=fields.RESTRICT
    )
    event_id: str
    topic = ShortText(max_length=40)
    channel = ShortText(max_length=60)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="deliveries", null=True, on_delete=fields.RESTRICT
    )
    person_id: str | None
    endpoint: fields.ForeignKeyNullableRelation[WebhookEndpoint] = fields.ForeignKeyField(
        "capcom.WebhookEndpoint", related_name="deliveries", null=True, on_delete=fields.RESTRICT
    )
    endpoint_id: str | None
    recipient = ShortText(max_length=MAX_URL)
    subject = fields.TextField(null=True)
    about: fields.JSONField[Any] = fields.JSONField()
    once_key = ShortText(max_length=200, unique=True)
    state = ShortText(max_length=12)
    reason = fields.TextField(null=True)
    due_at = InstantField()
    next_attempt_at = InstantField()
    attempt = fields.IntField(default=0)
    uncounted = fields.IntField(default=0)
    crashes = fields.IntField(default=0)
    leased_until = InstantField(null=True)
    queued_until = InstantField(null=True)
    sent_at = InstantField(null=True)
    provider_id = fields.TextField(null=True)
    created_at = InstantField()


class DeliveryAttempt(Model):
    """One try: when it began (real clock), how it ended."""

    id = fields.BigIntField(primary_key=True, generated=True)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "capcom.Delivery", related_name="attempts", on_delete=fields.CASCADE
    )
    delivery_id: str
    number = fields.IntField()
    at = InstantField()
    outcome = ShortText(max_length=20)
    error = fields.TextField(null=True)
    duration_ms = fields.IntField(null=True)
