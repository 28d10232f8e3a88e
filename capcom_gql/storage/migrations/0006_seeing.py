"""Indexes of the list of deliveries, of their attempts, and of the figures that operators watch."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = (
    "CREATE INDEX delivery_in_order ON delivery (created_at, id)",
    "CREATE INDEX delivery_by_state ON delivery (state, channel)",
    "CREATE INDEX delivery_tried_again ON delivery (id, attempt) WHERE attempt > 1",
    "CREATE INDEX attempt_of_delivery ON deliveryattempt (delivery_id, number)",
)


async def indexes(apps: Any, editor: Any) -> None:
    """Create what only plain SQL can."""
    for statement in INDEXES:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Indexes only: a version that does not know them is not slowed down by much."""

    dependencies = [("capcom", "0005_queue")]

    operations = [ops.RunPython(indexes, ops.RunPython.noop)]
