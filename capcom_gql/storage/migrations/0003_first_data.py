"""The rows of a new database: three open plans, the first version of the terms of use, the installation's row."""

import json
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from capcom_gql import clock
from capcom_gql.storage import ids

PLANS = (
    ("ESSENTIEL", "Essentiel", 3, 60_000),
    ("EQUIPE", "Équipe", 5, 90_000),
    ("COLLECTIF", "Collectif", 10, 150_000),
)
SERVICES = ["PUBLICATIONS", "DOCUMENTATION", "TRAINING"]
DISCOUNTS = [
    {"event_kind": kind, "percent": percent, "amount_minor": None}
    for kind, percent in (("TRAINING", 20), ("MEETING", 15), ("FORUM", 10))
]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


async def first_data(apps: Any, editor: Any) -> None:
    """Insert the rows."""
    plan_columns = "id, code, name, seat_limit, price_minor, services, discounts, is_open"
    for code, name, seats, price in PLANS:
        texts = ", ".join(_quoted(text) for text in (ids.new_id(ids.PLAN), code, name))
        offer = ", ".join(_quoted(json.dumps(value)) for value in (SERVICES, DISCOUNTS))
        await editor.client.execute_query(
            f"INSERT INTO plan ({plan_columns}) VALUES ({texts}, {seats}, {price}, {offer}, TRUE)"
        )
    published = clock.utc_now().isoformat(sep=" ")
    terms = (ids.new_id(ids.TERMS_OF_USE), "1", "https://www.capcom.example/terms-of-use/1", published)
    await editor.client.execute_query(
        f"INSERT INTO termsofuse (id, version, url, published_at) VALUES ({', '.join(map(_quoted, terms))})"
    )
    await editor.client.execute_query("INSERT INTO installation (id, clock_offset_us) VALUES (1, 0)")


class Migration(migrations.Migration):
    """Insert the first rows."""

    dependencies = [("capcom", "0002_constraints")]

    operations = [ops.RunPython(first_data, ops.RunPython.noop)]
