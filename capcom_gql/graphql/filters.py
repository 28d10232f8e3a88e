"""The input types of queries: filters and orders of lists, and the question of a discount check."""

from datetime import date, datetime

import strawberry

from capcom_gql.graphql.enums import (
    DeliveryState,
    EventKind,
    OrderDirection,
    OrganisationOrderField,
    RedemptionState,
    SubscriptionState,
)
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.storage.queries import delivery_list, lists


@strawberry.input(description="Conditions on organisations; all that are given must be met.")
class OrganisationFilter:
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Words that must each be found in the name, city, postal code or SIRET, without regard to case and "
        "accents.",
    )
    state: list[SubscriptionState] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The state of the subscription today is one of these; an empty list sets no condition.",
    )
    plan_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The code of the plan of the running term, or, when not live, of the latest term begun.",
    )
    ends_on_from: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="The last day of the subscription is this day or later (operator's time zone).",
    )
    ends_on_to: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="The last day of the subscription is this day or earlier (operator's time zone).",
    )
    proof_due_before: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="A payment proof is awaited, and its last day is before this day (operator's time zone).",
    )

    def to_filter(self) -> lists.OrganisationFilter:
        """The filter that the query of the list takes."""
        return form_of(self, lists.OrganisationFilter, states="state")


@strawberry.input(description="The order of a list of organisations.")
class OrganisationOrder:
    field: OrganisationOrderField = strawberry.field(description="What the list is ordered by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="The direction of the order.")

    def to_order(self) -> lists.OrganisationOrder:
        """The order that the query of the list takes."""
        return lists.OrganisationOrder(self.field, descending=self.direction is OrderDirection.DESC)


@strawberry.input(description="Conditions on redemptions; all that are given must be met.")
class RedemptionFilter:
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id of the organisation."
    )
    event_reference: str | None = strawberry.field(default=strawberry.UNSET, description="The reference of the event.")
    registration_reference: str | None = strawberry.field(
        default=strawberry.UNSET, description="The reference of the registration."
    )
    state: list[RedemptionState] | None = strawberry.field(
        default=strawberry.UNSET, description="The state today is one of these; an empty list sets no condition."
    )

    def to_filter(self) -> lists.RedemptionFilter:
        """The filter that the query of the list takes."""
        return form_of(self, lists.RedemptionFilter, states="state")


@strawberry.input(description="Conditions on events; all that are given must be met.")
class EventFilter:
    kinds: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="The kind is one of these; an empty list sets no condition."
    )
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id of the organisation that the event is about."
    )
    from_: datetime | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="`occurredAt` is this instant or later."
    )
    to: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="`occurredAt` is earlier than this instant."
    )

    def to_filter(self) -> lists.EventFilter:
        """The filter that the query of the list takes."""
        return form_of(self, lists.EventFilter, since="from_", until="to")


@strawberry.input(description="Conditions on deliveries; all that are given must be met.")
class DeliveryFilter:
    state: list[DeliveryState] | None = strawberry.field(
        default=strawberry.UNSET, description="The state is one of these; an empty list sets no condition."
    )
    channel: str | None = strawberry.field(default=strawberry.UNSET, description="The name of the channel.")
    topic: str | None = strawberry.field(
        default=strawberry.UNSET, description="The letter, such as `welcome`, or the kind of event for endpoints."
    )
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id of the organisation that the delivery's event is about."
    )

    def to_filter(self) -> delivery_list.DeliveryFilter:
        """The filter that the query of the list takes."""
        return form_of(self, delivery_list.DeliveryFilter, states="state")


@strawberry.input(description="A question whether a subscriber number gives a discount.")
class DiscountCheckInput:
    subscriber_number: str = strawberry.field(
        description="The subscriber number, with or without CP, spaces, hyphens or dots. A malformed one is answered "
        "with MALFORMED_NUMBER."
    )
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The event, by the reference under which discounts are redeemed; needed to answer "
        "ALREADY_REDEEMED.",
    )
    price_minor: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The full price in the currency's minor unit (cents for EUR); needed to answer `reduction` and "
        "`finalPrice`.",
    )
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET,
        description="An address that must be the holder's; needed to answer HOLDER_MISMATCH.",
    )
    at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="A past instant that the answer is to be about; now by default. For staff, API keys with "
        "EVENTS_READ, and the holder or the manager of the number.",
    )
