"""The letters of a person, whom an erasure looks for, and the latest of all events, which the product's clock asks for."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = (
    "CREATE INDEX delivery_of_person ON delivery (person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX event_recorded ON event (recorded_at)",
)


async def indexes(apps: Any, editor: Any) -> None:
    """Create what only plain SQL can."""
    for statement in INDEXES:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Nothing but indexes: a version that does not know them works as before."""

    dependencies = [("capcom", "0008_unsubscribed")]

    operations = [ops.RunPython(indexes, ops.RunPython.noop)]
