"""The tables of what users are asked and of what they ask: surveys and support requests."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.tables.access import Person
from capcom_gql.storage.tables.subscriptions import Seat, Term


class SurveyRequest(Model):
    """A seat asked about a term, once; the comment is free text, which can be erased (R18)."""

    id = ShortText(max_length=40, primary_key=True)
    seat: fields.ForeignKeyRelation[Seat] = fields.ForeignKeyField(
        "capcom.Seat", related_name="surveys", on_delete=fields.RESTRICT
    )
    seat_id: str
    term: fields.ForeignKeyRelation[Term] = fields.ForeignKeyField(
        "capcom.Term", related_name="surveys", on_delete=fields.RESTRICT
    )
    term_id: str
    asked_at = InstantField()
    answered_at = InstantField(null=True)
    score = fields.IntField(null=True)
    comment = fields.TextField(null=True)


class SupportRequest(Model):
    """A user's request about a number of theirs, with the answers of the checks as they were when it was opened (R20).

    Texts are free, and can be erased; `check` and `access` hold codes, days and amounts.
    """

    id = ShortText(max_length=40, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="support_requests", on_delete=fields.RESTRICT
    )
    person_id: str
    seat: fields.ForeignKeyRelation[Seat] = fields.ForeignKeyField(
        "capcom.Seat", related_name="support_requests", on_delete=fields.RESTRICT
    )
    seat_id: str
    message = fields.TextField()
    check_answer: fields.JSONField[Any] = fields.JSONField(null=True)
    access_answer: fields.JSONField[Any] = fields.JSONField(null=True)
    opened_at = InstantField()
    closed_at = InstantField(null=True)
    closed_by = ShortText(max_length=40, null=True)
    answer = fields.TextField(null=True)
