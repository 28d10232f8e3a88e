"""The leases of the workers: until when one has a subscription's steps, or the broker a delivery."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from capcom_gql.storage.engine.columns import InstantField


class Migration(migrations.Migration):
    """Add the columns; the version before leaves them empty."""

    dependencies = [("capcom", "0004_the_year")]

    operations = [
        ops.AddField("Subscription", "leased_until", InstantField(null=True, auto_now=False, auto_now_add=False)),
        ops.AddField("Subscription", "step_failures", fields.IntField(default=0, db_default=0)),
        ops.AddField("Delivery", "queued_until", InstantField(null=True, auto_now=False, auto_now_add=False)),
    ]
