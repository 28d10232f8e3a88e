"""Update a webhook endpoint: its URL, its filter, whether it is enabled."""

from dataclasses import dataclass
from typing import Any

from capcom_gql.access.authorize import authorize
from capcom_gql.delivery.webhook_forms import read_description, read_kinds, read_url
from capcom_gql.delivery.webhook_health import disable, lock_endpoint, reenable
from capcom_gql.domain.endpoints import DisabledReason
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import UNCHANGED, Read, TextOrUnchanged
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import WebhookEndpoint


@dataclass(frozen=True, slots=True)
class UpdateWebhookEndpointForm:
    """The fields of an endpoint to change: UNCHANGED and None leave a field as it is, but None clears `description`."""

    endpoint_id: str
    url: str | None = None
    description: TextOrUnchanged = UNCHANGED
    kinds: tuple[str, ...] | None = None
    is_enabled: bool | None = None


async def update_webhook_endpoint(runtime: Runtime, actor: Actor, form: UpdateWebhookEndpointForm) -> str:
    """Change an endpoint. Returns its id.

    `is_enabled` True enables a disabled endpoint, and sends what was held for it and what failed since it was failing;
    for one that is failing it sends that at once. A new URL does the same, unless staff disabled the endpoint.
    `is_enabled` False disables it, or makes the disabling that of staff. Raises Refusal: FORBIDDEN, NOT_FOUND at
    `endpointId`, UNSAFE_URL or INVALID_INPUT.
    """
    authorize(Right.NOTIFICATIONS, actor)
    if not await WebhookEndpoint.filter(id=form.endpoint_id, deleted_at=None).exists():
        raise Refusal(not_found("endpointId"))
    read = await _read(runtime, form)
    refuse_if([fault for each in read.values() for fault in each.faults])
    columns = {name: each.value for name, each in read.items()}

    async def work() -> str:
        endpoint = await lock_endpoint(form.endpoint_id)
        if endpoint is None:
            raise Refusal(not_found("endpointId"))
        has_moved = columns.get("url", endpoint.url) != endpoint.url
        if columns:
            await endpoint.update_from_dict(columns).save(update_fields=list(columns))
        if form.is_enabled is False:
            if endpoint.is_enabled:
                await disable(runtime, endpoint, DisabledReason.BY_STAFF, actor)
            else:
                endpoint.disabled_reason = DisabledReason.BY_STAFF.value
                await endpoint.save(update_fields=["disabled_reason"])
        elif _is_to_reenable(endpoint, form, has_moved=has_moved):
            await reenable(endpoint)
        return endpoint.id

    return await in_one_transaction(work)


def _is_to_reenable(endpoint: WebhookEndpoint, form: UpdateWebhookEndpointForm, *, has_moved: bool) -> bool:
    if form.is_enabled and (not endpoint.is_enabled or endpoint.failing_since is not None):
        return True
    return has_moved and endpoint.disabled_reason != DisabledReason.BY_STAFF


async def _read(runtime: Runtime, form: UpdateWebhookEndpointForm) -> dict[str, Read[Any]]:
    """The fields to change, normalised or with their faults, by the names of their columns."""
    read: dict[str, Read[Any]] = {}
    if form.url is not None:
        read["url"] = await read_url(runtime, form.url)
    if form.description is not UNCHANGED:
        read["description"] = read_description(form.description)
    if form.kinds is not None:
        read["kinds"] = read_kinds(form.kinds)
    return read
