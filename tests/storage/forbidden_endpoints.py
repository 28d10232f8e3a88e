"""What the database itself must refuse of webhook endpoints and their secrets, with the nearest thing that passes."""

from datetime import timedelta
from typing import Any

from capcom_gql.storage import ids
from capcom_gql.storage.tables import WebhookEndpoint, WebhookSecret
from tests.storage.forbidden import Case, Deed, World
from tests.storage.rows import NOON


async def _an_endpoint(**values: Any) -> WebhookEndpoint:
    return await WebhookEndpoint.create(
        id=ids.new_id(ids.ENDPOINT), url="https://hooks.example", kinds=[], created_at=NOON, **values
    )


def _endpoint(**values: Any) -> Deed:
    return lambda world: _an_endpoint(**values)


def _secrets(*expiries: Any) -> Deed:
    async def deed(world: World) -> None:
        endpoint = await _an_endpoint()
        for expires_at in expiries:
            await WebhookSecret.create(endpoint=endpoint, value="whsec_x", created_at=NOON, expires_at=expires_at)

    return deed


def _check(name: str, forbidden: Deed, allowed: Deed) -> Case:
    return Case(name, f"CHECK constraint failed: {name}", forbidden, allowed)


LATER = NOON + timedelta(hours=24)
CASES = (
    _check(
        "endpoint_disabled_with_reason",
        _endpoint(is_enabled=False),
        _endpoint(is_enabled=False, disabled_reason="GONE"),
    ),
    _check("endpoint_disabled_with_reason", _endpoint(disabled_reason="GONE"), _endpoint()),
    _check("endpoint_warned_while_failing", _endpoint(warned_at=NOON), _endpoint(warned_at=NOON, failing_since=NOON)),
    _check("secret_ends_after_start", _secrets(NOON - timedelta(seconds=1)), _secrets(NOON)),
    Case(
        "secret_current_once",
        "UNIQUE constraint failed: webhooksecret.endpoint_id",
        _secrets(None, None),
        _secrets(LATER, LATER, None),
    ),
)
