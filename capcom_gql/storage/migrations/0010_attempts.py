"""Counters of attempts, which all processes share (R5, R20, R24)."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from capcom_gql.storage.engine.columns import InstantField, ShortText


async def indexes(apps: Any, editor: Any) -> None:
    """Create the index by which counters that are over are found."""
    await editor.client.execute_query("CREATE INDEX attempt_count_over ON attemptcount (ends_at)")


class Migration(migrations.Migration):
    """Add a table; the version before counts in its own memory."""

    dependencies = [("capcom", "0009_indexes")]

    operations = [
        ops.CreateModel(
            name="AttemptCount",
            fields=[
                ("slot", ShortText(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("count", fields.IntField()),
                ("ends_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "attemptcount", "app": "capcom", "pk_attr": "slot"},
            bases=["Model"],
        ),
        ops.RunPython(indexes, ops.RunPython.noop),
    ]
