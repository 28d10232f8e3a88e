"""Webhook endpoints, their signing secrets, and deliveries to them."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from capcom_gql.storage.engine.columns import InstantField, ShortText

CHECKS = (
    ("WebhookEndpoint", "endpoint_disabled_with_reason", "is_enabled = (disabled_reason IS NULL)"),
    ("WebhookEndpoint", "endpoint_warned_while_failing", "warned_at IS NULL OR failing_since IS NOT NULL"),
    ("WebhookSecret", "secret_ends_after_start", "expires_at IS NULL OR expires_at >= created_at"),
)
INDEXES = (
    "CREATE UNIQUE INDEX secret_current_once ON webhooksecret (endpoint_id) WHERE expires_at IS NULL",
    "CREATE INDEX secret_of_endpoint ON webhooksecret (endpoint_id)",
    "CREATE INDEX endpoint_of_organisation ON webhookendpoint (organisation_id) WHERE deleted_at IS NULL",
    "CREATE INDEX endpoint_failing ON webhookendpoint (failing_since) WHERE failing_since IS NOT NULL",
    "CREATE INDEX delivery_of_endpoint ON delivery (endpoint_id, state) WHERE endpoint_id IS NOT NULL",
)


class Widen(ops.AlterField):
    """Make a text column longer, on PostgreSQL only.

    SQLite enforces no length, and would rebuild the table without its indexes.
    """

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        """Widen the column on PostgreSQL; do nothing on SQLite."""
        if state_editor is not None and state_editor.client.capabilities.dialect == "postgres":
            await super().database_forward(app_label, old_state, new_state, state_editor)


async def indexes(apps: Any, editor: Any) -> None:
    """Create the indexes that the ORM's migrations cannot express."""
    for statement in INDEXES:
        await editor.client.execute_query(statement)


def _reference(model: str, column: str, related_name: str, on_delete: OnDelete, **more: Any) -> Any:
    return fields.ForeignKeyField(
        f"capcom.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=on_delete,
        **more,
    )


class Migration(migrations.Migration):
    """Add the new tables with their checks, the column of deliveries, then the indexes."""

    dependencies = [("capcom", "0006_seeing")]

    operations = [
        ops.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", ShortText(primary_key=True, unique=True, db_index=True, max_length=40)),
                (
                    "organisation",
                    _reference("Organisation", "organisation_id", "endpoints", OnDelete.RESTRICT, null=True),
                ),
                ("url", ShortText(max_length=2048)),
                ("description", fields.TextField(null=True, unique=False)),
                ("kinds", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("is_enabled", fields.BooleanField(default=True)),
                ("disabled_reason", ShortText(null=True, max_length=20)),
                ("failing_since", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("warned_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("deleted_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "webhookendpoint", "app": "capcom", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookSecret",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("endpoint", _reference("WebhookEndpoint", "endpoint_id", "secrets", OnDelete.CASCADE)),
                ("value", ShortText(max_length=100)),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("expires_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "webhooksecret", "app": "capcom", "pk_attr": "id"},
            bases=["Model"],
        ),
        *(ops.AddConstraint(model, CheckConstraint(check=check, name=name)) for model, name, check in CHECKS),
        ops.AddField(
            "Delivery",
            "endpoint",
            _reference("WebhookEndpoint", "endpoint_id", "deliveries", OnDelete.RESTRICT, null=True),
        ),
        Widen("Delivery", "recipient", ShortText(max_length=2048)),
        ops.RunPython(indexes, ops.RunPython.noop),
    ]
