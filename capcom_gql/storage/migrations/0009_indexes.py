"""Indexes for the letters of a person (erasure) and for the latest event (setting the product's clock)."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = (
    "CREATE INDEX delivery_of_person ON delivery (person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX event_recorded ON event (recorded_at)",
)


async def indexes(apps: Any, editor: Any) -> None:
    """Create the indexes with plain SQL: the ORM's migrations cannot express partial ones."""
    for statement in INDEXES:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Add the indexes; the version before can still use the database."""

    dependencies = [("capcom", "0008_unsubscribed")]

    operations = [ops.RunPython(indexes, ops.RunPython.noop)]
