"""Sessions: when each was last used, and the network that it was opened from. One-time links: what each is for (R5)."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from capcom_gql.storage.engine.columns import InstantField, ShortText


class Migration(migrations.Migration):
    """Add columns; the version before leaves them empty."""

    dependencies = [("capcom", "0010_attempts")]

    operations = [
        ops.AddField("Session", "network", ShortText(null=True, max_length=64)),
        ops.AddField("Session", "last_used_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
        ops.AddField("OneTimeLink", "purpose", ShortText(null=True, max_length=80)),
    ]
