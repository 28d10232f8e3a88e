"""The tables of what happened: events, which are never edited, and the notes that may be erased (R21)."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.tables.subscriptions import Organisation


class Event(Model):
    """What happened; never edited, never deleted (R21). `step_key` makes a step of the calendar happen once."""

    id = ShortText(max_length=40, primary_key=True)
    kind = ShortText(max_length=60)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "capcom.Organisation", related_name="events", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: str | None
    subject_id = ShortText(max_length=40, null=True)
    actor_role = ShortText(max_length=20)
    actor_id = ShortText(max_length=40, null=True)
    occurred_at = InstantField()
    recorded_at = InstantField()
    details: fields.JSONField[Any] = fields.JSONField()
    step_key = ShortText(max_length=120, null=True, unique=True)


class Note(Model):
    """The free text given with a deed: beside the event, so that it can be erased (R21)."""

    event: fields.OneToOneRelation[Event] = fields.OneToOneField(
        "capcom.Event", related_name="note", primary_key=True, on_delete=fields.RESTRICT
    )
    event_id: str
    text = fields.TextField()
