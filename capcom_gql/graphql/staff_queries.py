"""What the operator's desk asks besides: keys, channels, endpoints, and the report."""

from datetime import date
from typing import Annotated

import strawberry

from capcom_gql.domain.refusals import Refusal
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.errors import bad_input
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.graphql.types.endpoint import WebhookEndpoint
from capcom_gql.graphql.types.notifier import Notifier
from capcom_gql.graphql.types.report import Report
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.report import report_of
from capcom_gql.storage import tables


@strawberry.type
class StaffQueries:
    """The questions of the desk."""

    @resolved("The keys of machines, newest first, revoked ones too.")
    async def api_keys(self) -> list[ApiKey] | None:
        return [ApiKey.of(row) for row in await tables.ApiKey.all().order_by("-created_at", "-id")]

    @resolved("The addresses that are sent events, oldest first; for staff, and keys with NOTIFICATIONS_WRITE.")
    async def webhook_endpoints(self) -> list[WebhookEndpoint] | None:
        rows = await tables.WebhookEndpoint.filter(deleted_at=None).order_by("created_at", "id")
        return [WebhookEndpoint.of(row) for row in rows]

    @resolved("The channels that this server found at its start, and why one does not deliver; for staff.")
    async def notifiers(self, info: Info) -> list[Notifier] | None:
        return [Notifier.of(entry) for entry in info.context.notifiers]

    @resolved("A period in figures.")
    async def report(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The first day.")],
        to: Annotated[date, strawberry.argument(description="The last day, inclusive.")],
    ) -> Report | None:
        context = info.context
        try:
            found = await report_of(context.runtime, from_, to)
        except Refusal as refusal:
            raise bad_input(refusal_sentence(refusal.faults[0], context.locale)) from refusal
        return Report.of(found)
