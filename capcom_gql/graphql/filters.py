"""What queries take: filters and orders of lists, and the questions of event systems."""

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


@strawberry.input(description="Which organisations; every condition given must be met.")
class OrganisationFilter:
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Words of the name, city, postal code or SIRET, in any case and with or without accents.",
    )
    state: list[SubscriptionState] | None = strawberry.field(
        default=strawberry.UNSET, description="The subscription's state is one of these; an empty list means any."
    )
    plan_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The plan of the running term, else of the latest begun."
    )
    ends_on_from: date | None = strawberry.field(
        default=strawberry.UNSET, description="The subscription ends on this day or later (operator's time zone)."
    )
    ends_on_to: date | None = strawberry.field(
        default=strawberry.UNSET, description="The subscription ends on this day or earlier (operator's time zone)."
    )
    proof_due_before: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="A payment proof is awaited, and its last day comes before this one (operator's time zone).",
    )

    def asked(self) -> lists.OrganisationFilter:
        """The filter as the list takes it."""
        return form_of(self, lists.OrganisationFilter, states="state")


@strawberry.input(description="The order of a list of organisations.")
class OrganisationOrder:
    field: OrganisationOrderField = strawberry.field(description="What it goes by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which way it runs.")

    def asked(self) -> lists.OrganisationOrder:
        """The order as the list takes it."""
        return lists.OrganisationOrder(self.field, descending=self.direction is OrderDirection.DESC)


@strawberry.input(description="Which redemptions; every condition given must be met.")
class RedemptionFilter:
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of this organisation."
    )
    event_reference: str | None = strawberry.field(default=strawberry.UNSET, description="At this event.")
    registration_reference: str | None = strawberry.field(
        default=strawberry.UNSET, description="For this registration."
    )
    state: list[RedemptionState] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these states today; an empty list means any."
    )

    def asked(self) -> lists.RedemptionFilter:
        """The filter as the list takes it."""
        return form_of(self, lists.RedemptionFilter, states="state")


@strawberry.input(description="Which events; every condition given must be met.")
class EventFilter:
    kinds: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Of one of these kinds; an empty list means any."
    )
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="About this organisation."
    )
    from_: datetime | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="That occurred at this instant or later."
    )
    to: datetime | None = strawberry.field(default=strawberry.UNSET, description="That occurred before this instant.")

    def asked(self) -> lists.EventFilter:
        """The filter as the list takes it."""
        return form_of(self, lists.EventFilter, since="from_", until="to")


@strawberry.input(description="Which deliveries; every condition given must be met.")
class DeliveryFilter:
    state: list[DeliveryState] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these states; an empty list means any."
    )
    channel: str | None = strawberry.field(default=strawberry.UNSET, description="By this channel, by its name.")
    topic: str | None = strawberry.field(
        default=strawberry.UNSET, description="About this: `welcome`, `renewal_notice`..."
    )
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of an event about this organisation."
    )

    def asked(self) -> delivery_list.DeliveryFilter:
        """The filter as the list takes it."""
        return form_of(self, delivery_list.DeliveryFilter, states="state")


@strawberry.input(description="A question about a discount. It changes nothing.")
class DiscountCheckInput:
    subscriber_number: str = strawberry.field(
        description="The number, with or without CP, spaces, hyphens or dots; a malformed one is answered, not refused."
    )
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str | None = strawberry.field(
        default=strawberry.UNSET, description="The event; when given, an earlier use of the discount there is found."
    )
    price_minor: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The full price in the currency's minor unit (cents for EUR); when given, the reduction is told.",
    )
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="When given, it must be the holder's."
    )
    at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="A past instant: the answer as it was then. For staff, keys with EVENTS_READ, and the number's own "
        "holder or manager.",
    )
