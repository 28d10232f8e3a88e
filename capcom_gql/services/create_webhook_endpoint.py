"""Create a webhook endpoint; its signing secret is shown once."""

from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.access.tokens import new_signing_secret
from capcom_gql.delivery.webhook_forms import read_description, read_kinds, read_url
from capcom_gql.domain.refusals import Fault, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Organisation, WebhookEndpoint, WebhookSecret


@dataclass(frozen=True, slots=True)
class CreateWebhookEndpointForm:
    """An endpoint to create."""

    url: str
    kinds: tuple[str, ...]
    """the kinds of event to send; empty for all kinds"""
    description: str | None = None
    organisation_id: str | None = None
    """the organisation whose events to send; None for all events"""


@dataclass(frozen=True, slots=True)
class WebhookEndpointCreated:
    """The created endpoint, with its signing secret, which is shown only now."""

    endpoint_id: str
    secret: str


async def create_webhook_endpoint(
    runtime: Runtime, actor: Actor, form: CreateWebhookEndpointForm
) -> WebhookEndpointCreated:
    """Create an endpoint, which is sent the events recorded from now on.

    Raises Refusal with all faults: FORBIDDEN, UNSAFE_URL or INVALID_INPUT at `url`, INVALID_INPUT, NOT_FOUND at
    `organisationId`.
    """
    authorize(Right.NOTIFICATIONS, actor)
    url, description = await read_url(runtime, form.url), read_description(form.description)
    kinds = read_kinds(form.kinds)
    refuse_if([*url.faults, *description.faults, *kinds.faults, *await _organisation_faults(form)])

    async def work() -> WebhookEndpointCreated:
        now, secret = clock.utc_now(), new_signing_secret()
        endpoint = await WebhookEndpoint.create(
            id=ids.new_id(ids.ENDPOINT),
            organisation_id=form.organisation_id,
            url=url.value,
            description=description.value,
            kinds=kinds.value,
            created_at=now,
        )
        await WebhookSecret.create(endpoint=endpoint, value=secret, created_at=now)
        return WebhookEndpointCreated(endpoint.id, secret)

    return await in_one_transaction(work)


async def _organisation_faults(form: CreateWebhookEndpointForm) -> list[Fault]:
    if form.organisation_id is None or await Organisation.filter(id=form.organisation_id).exists():
        return []
    return [not_found("organisationId")]
