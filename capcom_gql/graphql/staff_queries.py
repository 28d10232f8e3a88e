"""The queries of the desk: API keys, webhook endpoints, notifiers, and the report."""

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
    """The queries for staff, part of Query."""

    @resolved("All API keys, newest first, revoked and expired ones too. For staff and API keys with ADMIN.")
    async def api_keys(self) -> list[ApiKey] | None:
        return [ApiKey.of(row) for row in await tables.ApiKey.all().order_by("-created_at", "-id")]

    @resolved("All webhook endpoints, oldest first. For staff and API keys with NOTIFICATIONS_WRITE.")
    async def webhook_endpoints(self) -> list[WebhookEndpoint] | None:
        rows = await tables.WebhookEndpoint.filter(deleted_at=None).order_by("created_at", "id")
        return [WebhookEndpoint.of(row) for row in rows]

    @resolved(
        "The channels that this server found at its start, with the reason why one does not deliver. For staff and API "
        "keys with ADMIN."
    )
    async def notifiers(self, info: Info) -> list[Notifier] | None:
        return [Notifier.of(entry) for entry in info.context.notifiers]

    @resolved("The figures of a period, both days inclusive. For staff and API keys with ADMIN.")
    async def report(
        self,
        info: Info,
        from_: Annotated[
            date, strawberry.argument(name="from", description="The first day, in the operator's time zone.")
        ],
        to: Annotated[
            date, strawberry.argument(description="The last day, in the operator's time zone; not before `from`.")
        ],
    ) -> Report | None:
        context = info.context
        try:
            found = await report_of(context.runtime, from_, to)
        except Refusal as refusal:
            raise bad_input(refusal_sentence(refusal.faults[0], context.locale)) from refusal
        return Report.of(found)
