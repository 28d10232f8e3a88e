"""The tables of events, which are never edited, and of their notes, which can be erased (R21)."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.tables.subscriptions import Organisation


class Event(Model):
    """Something that changed a subscription or its surroundings; never edited, never deleted (R21)."""

    id = ShortText(max_length=40, primary_key=True)
    kind = ShortText(max_length=60)
    """a value of `domain.events.Kind`"""
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "capcom.Organisation", related_name="events", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: str | None
    subject_id = ShortText(max_length=40, null=True)
    """the id of what it is about: a term, a seat, a person, ..."""
    actor_role = ShortText(max_length=20)
    """`Actor.name` of who caused it"""
    actor_id = ShortText(max_length=40, null=True)
    """the id of the person or API key who caused it"""
    occurred_at = InstantField()
    """when the rule was met, by the product's clock"""
    recorded_at = InstantField()
    """when it was written, by the product's clock"""
    details: fields.JSONField[Any] = fields.JSONField()
    """ids, days, amounts and codes, as the kind declares them"""
    step_key = ShortText(max_length=120, null=True, unique=True)
    """unique, so that a step of the calendar is recorded once; None for commands"""


class Note(Model):
    """The free text given with a command, beside its event so that it can be erased (R21, R23)."""

    event: fields.OneToOneRelation[Event] = fields.OneToOneField(
        "capcom.Event", related_name="note", primary_key=True, on_delete=fields.RESTRICT
    )
    event_id: str
    text = fields.TextField()
