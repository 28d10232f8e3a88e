"""Indexes for the list of deliveries, their attempts, and the metrics."""

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
    """Create the indexes with plain SQL: the ORM's migrations cannot express partial ones."""
    for statement in INDEXES:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Add the indexes; the version before can still use the database."""

    dependencies = [("capcom", "0005_queue")]

    operations = [ops.RunPython(indexes, ops.RunPython.noop)]
