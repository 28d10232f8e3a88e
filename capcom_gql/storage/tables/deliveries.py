"""The tables of deliveries and of their attempts.

A delivery is one letter to one recipient, or one event to one webhook endpoint, by one channel.
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
    """A letter for one recipient, or an event for one endpoint, by one channel; its states are `DeliveryState`."""

    id = ShortText(max_length=40, primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "capcom.Event", related_name="deliveries", on_delete=fields.RESTRICT
    )
    event_id: str
    topic = ShortText(max_length=40)
    """the letter's topic; for an endpoint the event's kind"""
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
    """the address as of the event, or of the latest attempt"""
    subject = fields.TextField(null=True)
    """the subject line that was sent; None until then"""
    about: fields.JSONField[Any] = fields.JSONField()
    """the ids that the text is composed from when it is sent"""
    once_key = ShortText(max_length=200, unique=True)
    """see `letter_once_key` and `webhook_once_key`"""
    state = ShortText(max_length=12)
    reason = fields.TextField(null=True)
    """why it is held, suppressed or failed"""
    due_at = InstantField()
    """not to be sent before, by the product's clock"""
    next_attempt_at = InstantField()
    """not to be tried before, by the real clock"""
    attempt = fields.IntField(default=0)
    """number of the latest attempt, raised before each call; an outcome is written only while it is unchanged"""
    uncounted = fields.IntField(default=0)
    """how many of the attempts do not count towards the eight, such as those that ended in waiting for settings"""
    crashes = fields.IntField(default=0)
    """attempts during which the channel crashed"""
    leased_until = InstantField(null=True)
    """until when (real clock) one worker has it for itself"""
    queued_until = InstantField(null=True)
    """until when (real clock) it is left to the broker to bring it to a worker"""
    sent_at = InstantField(null=True)
    provider_id = fields.TextField(null=True)
    """the id that the provider gave the message"""
    created_at = InstantField()
    """by the product's clock"""


class DeliveryAttempt(Model):
    """One attempt to send a delivery; `at` is when it began, by the real clock."""

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
