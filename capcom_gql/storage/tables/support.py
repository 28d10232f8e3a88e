"""The tables of surveys (R18) and support requests (R20); instants are of the product's clock."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.tables.access import Person
from capcom_gql.storage.tables.subscriptions import Seat, Term


class SurveyRequest(Model):
    """A survey sent to the holder of a seat about a term, once (R18); the comment can be erased (R23)."""

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
    """0 to 10; None until answered"""
    comment = fields.TextField(null=True)


class SupportRequest(Model):
    """A user's request about a subscriber number of theirs (R20).

    `message` and `answer` are free text and can be erased (R23). `check_answer` and `access_answer` are what the checks
    of a discount and of a service answered when it was opened, as `stored_checks` writes them; None where not asked.
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
