"""Create a webhook endpoint; its secret is told once, and kept to sign with."""

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
    """Where to send events, and which: no kinds mean all, and without an organisation they are those of everybody."""

    url: str
    kinds: tuple[str, ...]
    description: str | None = None
    organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookEndpointCreated:
    """The endpoint, and its secret for this one time."""

    endpoint_id: str
    secret: str


async def create_webhook_endpoint(
    runtime: Runtime, actor: Actor, form: CreateWebhookEndpointForm
) -> WebhookEndpointCreated:
    """Send events to an address from now on. Raises Refusal with all the form's faults."""
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
