"""The year for subscriptions from before it: their next date was the end, since no renewal was asked for then."""

from datetime import timedelta
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from capcom_gql import clock


async def look_again(apps: Any, editor: Any) -> None:
    """Make every subscription that waits for a date due now: the rule then writes down the date that is right."""
    _, installations = await editor.client.execute_query("SELECT clock_offset_us FROM installation")
    now = clock.utc_now() + timedelta(microseconds=installations[0]["clock_offset_us"])
    instant = f"'{now.isoformat(sep=' ')}'"
    await editor.client.execute_query(f"UPDATE subscription SET due_at = {instant} WHERE due_at > {instant}")


class Migration(migrations.Migration):
    """Dates only; the schema stays."""

    dependencies = [("capcom", "0005_queue")]

    operations = [ops.RunPython(look_again, ops.RunPython.noop)]
