"""Refusing further surveys by mail (R18): when a person did so, and the links that do it."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from capcom_gql.storage.engine.columns import InstantField, ShortText


async def indexes(apps: Any, editor: Any) -> None:
    """Create the index by person."""
    await editor.client.execute_query("CREATE INDEX unsubscribe_link_of_person ON unsubscribelink (person_id)")


class Migration(migrations.Migration):
    """Add a column and a table; the version before leaves them empty."""

    dependencies = [("capcom", "0007_endpoints")]

    operations = [
        ops.AddField("Person", "surveys_refused_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
        ops.CreateModel(
            name="UnsubscribeLink",
            fields=[
                ("token_hash", ShortText(primary_key=True, unique=True, db_index=True, max_length=64)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "capcom.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="unsubscribe_links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "unsubscribelink", "app": "capcom", "pk_attr": "token_hash"},
            bases=["Model"],
        ),
        ops.RunPython(indexes, ops.RunPython.noop),
    ]
