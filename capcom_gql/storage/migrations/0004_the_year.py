"""The columns and tables of renewals, surveys, support requests and changes of address."""

from datetime import timedelta
from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from capcom_gql import clock
from capcom_gql.storage.engine.columns import InstantField, ShortText

CHECKS = (
    ("SurveyRequest", "survey_score_to_ten", "score IS NULL OR (score >= 0 AND score <= 10)"),
    ("SurveyRequest", "survey_answered_with_score", "(answered_at IS NULL) = (score IS NULL)"),
    ("SupportRequest", "support_closed_with_answer", "closed_at IS NULL OR answer IS NOT NULL"),
)
INDEXES = (
    "CREATE UNIQUE INDEX survey_once ON surveyrequest (seat_id, term_id)",
    "CREATE INDEX support_in_order ON supportrequest (opened_at, id)",
    "CREATE INDEX support_of_person ON supportrequest (person_id)",
    "CREATE INDEX email_change_of_person ON emailchange (person_id)",
)


def _reference(model: str, column: str, related_name: str, on_delete: OnDelete = OnDelete.RESTRICT) -> Any:
    return fields.ForeignKeyField(
        f"capcom.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=on_delete,
    )


async def look_again(apps: Any, editor: Any) -> None:
    """Make every subscription with a next step due now: the worker then writes the right date.

    The earlier version knew no renewal notices: the next step that it wrote was the end of the term.
    """
    _, installations = await editor.client.execute_query("SELECT clock_offset_us FROM installation")
    now = clock.utc_now() + timedelta(microseconds=installations[0]["clock_offset_us"])
    instant = f"'{now.isoformat(sep=' ')}'"
    await editor.client.execute_query(f"UPDATE subscription SET due_at = {instant} WHERE due_at > {instant}")


async def indexes(apps: Any, editor: Any) -> None:
    """Create the indexes that the ORM's migrations cannot express."""
    for statement in INDEXES:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Add the columns of a term and the new tables, then correct the dates of the running terms."""

    dependencies = [("capcom", "0003_first_data")]

    operations = [
        ops.AddField("Term", "declined_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
        ops.AddField("Term", "renewal_settled_to", fields.DateField(null=True)),
        ops.AddField("Term", "reminders_sent", fields.IntField(default=0, db_default=0)),
        ops.CreateModel(
            name="SurveyRequest",
            fields=[
                ("id", ShortText(primary_key=True, unique=True, db_index=True, max_length=40)),
                ("seat", _reference("Seat", "seat_id", "surveys")),
                ("term", _reference("Term", "term_id", "surveys")),
                ("asked_at", InstantField(auto_now=False, auto_now_add=False)),
                ("answered_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("score", fields.IntField(null=True)),
                ("comment", fields.TextField(null=True, unique=False)),
            ],
            options={"table": "surveyrequest", "app": "capcom", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SupportRequest",
            fields=[
                ("id", ShortText(primary_key=True, unique=True, db_index=True, max_length=40)),
                ("person", _reference("Person", "person_id", "support_requests")),
                ("seat", _reference("Seat", "seat_id", "support_requests")),
                ("message", fields.TextField(unique=False)),
                ("check_answer", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("access_answer", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("opened_at", InstantField(auto_now=False, auto_now_add=False)),
                ("closed_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_by", ShortText(null=True, max_length=40)),
                ("answer", fields.TextField(null=True, unique=False)),
            ],
            options={"table": "supportrequest", "app": "capcom", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EmailChange",
            fields=[
                ("id", ShortText(primary_key=True, unique=True, db_index=True, max_length=40)),
                ("person", _reference("Person", "person_id", "email_changes", OnDelete.CASCADE)),
                ("email", ShortText(max_length=320)),
                ("token_hash", ShortText(null=True, unique=True, max_length=64)),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("expires_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("used_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "emailchange", "app": "capcom", "pk_attr": "id"},
            bases=["Model"],
        ),
        *(ops.AddConstraint(model, CheckConstraint(check=check, name=name)) for model, name, check in CHECKS),
        ops.RunPython(indexes, ops.RunPython.noop),
        ops.RunPython(look_again, ops.RunPython.noop),
    ]
