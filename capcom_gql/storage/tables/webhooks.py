"""The tables of webhook endpoints: where events go besides to people, and the secrets that they are signed with."""

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
_ANY = """
    SELECT 1 FROM webhookendpoint WHERE deleted_at IS NULL AND (organisation_id IS NULL OR organisation_id = $1) LIMIT 1
"""


class WebhookEndpoint(Model):
    """An address that is sent events: those of one organisation, or the operator's, which is sent all.

    Empty `kinds` mean every kind. `failing_since` is the first failure after which nothing succeeded, and `warned_at`
    when staff were told of it; both follow the real clock, as does `deleted_at`. A deleted one stays, without its
    secrets, for what was sent to it.
    """

    id = ShortText(max_length=40, primary_key=True)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "capcom.Organisation", related_name="endpoints", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: str | None
    url = ShortText(max_length=MAX_URL)
    description = fields.TextField(null=True)
    kinds: fields.JSONField[Any] = fields.JSONField()
    is_enabled = fields.BooleanField(default=True)
    disabled_reason = ShortText(max_length=20, null=True)
    failing_since = InstantField(null=True)
    warned_at = InstantField(null=True)
    created_at = InstantField()
    deleted_at = InstantField(null=True)

    def health(self) -> EndpointHealth:
        """The facts as the rules take them."""
        return EndpointHealth(self.is_enabled, self.failing_since, self.warned_at)


class WebhookSecret(Model):
    """A secret of an endpoint, kept in clear, since what is sent is signed with it. Follows the real clock.

    The newest has no end; one that was replaced has, and signs beside it until then.
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
    """Those that are to be sent an event, as this transaction may rely on it to its end.

    Of one that is disabled: whoever enables it releases what is held, and must find what this transaction holds.
    """
    # plain SQL first: every event asks, and most find none
    if not await rows(_ANY, [organisation_id]):
        return []
    found = await WebhookEndpoint.filter(_theirs(organisation_id), deleted_at=None).order_by("id")
    wanted = [each for each in found if accepts_kind(each.kinds, kind)]
    if not is_postgres() or all(each.is_enabled for each in wanted):
        return wanted
    disabled = [each.id for each in wanted if not each.is_enabled]
    await _locked(disabled)
    sure = {each.id: each for each in await WebhookEndpoint.filter(id__in=disabled, deleted_at=None)}
    return [sure.get(each.id, each) for each in wanted if each.is_enabled or each.id in sure]


async def _locked(endpoint_ids: Sequence[str]) -> None:
    """Keep others from changing these until the transaction ends; several may keep them at once."""
    places = ", ".join(f"${place}" for place in range(1, len(endpoint_ids) + 1))
    await rows(f"SELECT id FROM webhookendpoint WHERE id IN ({places}) ORDER BY id FOR SHARE", endpoint_ids)


async def live_secrets(endpoint_id: str, at: datetime) -> Sequence[str]:
    """What to sign with at an instant of the real clock, newest first."""
    live = WebhookSecret.filter(Q(expires_at=None) | Q(expires_at__gt=at), endpoint_id=endpoint_id)
    return [each.value for each in await live.order_by("-created_at", "-id")]


def _theirs(organisation_id: str | None) -> Q:
    """The operator's endpoints, and those of the organisation that an event is about."""
    operators = Q(organisation_id=None)
    return operators if organisation_id is None else operators | Q(organisation_id=organisation_id)
