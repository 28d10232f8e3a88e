"""The tables of webhook endpoints and of the secrets that sign what they are sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from capcom_gql.domain.endpoints import EndpointHealth, accepts_kind
from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.tables.subscriptions import Organisation

MAX_URL = 2048
"""The most characters of an endpoint's URL."""
_ANY = """
    SELECT 1 FROM webhookendpoint WHERE deleted_at IS NULL AND (organisation_id IS NULL OR organisation_id = $1) LIMIT 1
"""


class WebhookEndpoint(Model):
    """An HTTPS address that is sent events. A deleted endpoint stays, without secrets, for its deliveries."""

    id = ShortText(max_length=40, primary_key=True)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "capcom.Organisation", related_name="endpoints", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: str | None
    """the organisation whose events it is sent; None for those of every organisation and of none"""
    url = ShortText(max_length=MAX_URL)
    description = fields.TextField(null=True)
    kinds: fields.JSONField[Any] = fields.JSONField()
    """the kinds of event that it is sent; empty for every kind"""
    is_enabled = fields.BooleanField(default=True)
    disabled_reason = ShortText(max_length=20, null=True)
    failing_since = InstantField(null=True)
    """the first failed send after the last successful one (real clock)"""
    warned_at = InstantField(null=True)
    """when staff were warned of this failing (real clock)"""
    created_at = InstantField()
    deleted_at = InstantField(null=True)
    """by the real clock"""

    def health(self) -> EndpointHealth:
        """The facts that decide about a failing endpoint, as the rules take them."""
        return EndpointHealth(self.is_enabled, self.failing_since, self.warned_at)


class WebhookSecret(Model):
    """A signing secret of an endpoint, stored in clear because signing needs it; instants are of the real clock.

    The current secret has no `expires_at`; a replaced one still signs until then.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    endpoint: fields.ForeignKeyRelation[WebhookEndpoint] = fields.ForeignKeyField(
        "capcom.WebhookEndpoint", related_name="secrets", on_delete=fields.CASCADE
    )
    endpoint_id: str
    value = ShortText(max_length=100)
    created_at = InstantField()
    expires_at = InstantField(null=True)


async def endpoints_for(kind: str, organisation_id: str | None) -> list[WebhookEndpoint]:
    """The endpoints that are sent events of a kind about an organisation (None: about none), by id.

    Disabled ones are included and stay so until this transaction ends: enabling an endpoint sends what was held for
    it, and has to find the deliveries that this transaction holds.
    """
    # plain SQL first: every event asks, and most installations have no endpoint
    if not await rows(_ANY, [organisation_id]):
        return []
    found = await WebhookEndpoint.filter(_is_sent_events_of(organisation_id), deleted_at=None).order_by("id")
    accepting = [each for each in found if accepts_kind(each.kinds, kind)]
    if not is_postgres() or all(each.is_enabled for each in accepting):
        return accepting
    disabled = [each.id for each in accepting if not each.is_enabled]
    await _lock_shared(disabled)
    reread = {each.id: each for each in await WebhookEndpoint.filter(id__in=disabled, deleted_at=None)}
    return [reread.get(each.id, each) for each in accepting if each.is_enabled or each.id in reread]


async def _lock_shared(endpoint_ids: Sequence[str]) -> None:
    """Keep other transactions from changing these endpoints until this one ends; several may do so at once."""
    places = ", ".join(f"${place}" for place in range(1, len(endpoint_ids) + 1))
    await rows(f"SELECT id FROM webhookendpoint WHERE id IN ({places}) ORDER BY id FOR SHARE", endpoint_ids)


async def signing_secrets(endpoint_id: str, at: datetime) -> Sequence[str]:
    """The secrets to sign with at an instant of the real clock, newest first."""
    live = WebhookSecret.filter(Q(expires_at=None) | Q(expires_at__gt=at), endpoint_id=endpoint_id)
    return [each.value for each in await live.order_by("-created_at", "-id")]


def _is_sent_events_of(organisation_id: str | None) -> Q:
    of_every_organisation = Q(organisation_id=None)
    if organisation_id is None:
        return of_every_organisation
    return of_every_organisation | Q(organisation_id=organisation_id)
