"""The mutations of the list of users: adding, replacing, removing, handing over the manager's role (R12)."""

import asyncio
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import (
    FORM,
    KEY,
    SUBSCRIPTION_ID,
    SUBSCRIPTION_NOW,
    Payload,
    seat_of,
    subscription_of,
)
from capcom_gql.graphql.types.person import PersonInput
from capcom_gql.graphql.types.subscription import OrganisationSubscription, Seat
from capcom_gql.services import add_seats, remove_seat, replace_seat, transfer_management


@strawberry.input(description="Users to add to a live subscription: all of them or none.")
class AddSeatsInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    users: list[PersonInput] = strawberry.field(description="The users to add, at least one and at most 50.")
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The payload of addSeats.")
class AddSeatsPayload(Payload):
    seats: list[Seat] = strawberry.field(
        default_factory=list,
        description="The added seats that the caller may see, in the order of the form; empty where refused.",
    )
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.input(
    description="A user to replace by another person, who gets a new seat and number. The former number is never valid "
    "again. If it is the manager's seat, the role passes to the new person."
)
class ReplaceSeatInput:
    seat_id: strawberry.ID = strawberry.field(description="The id of the active seat to replace.")
    user: PersonInput = strawberry.field(
        description="The new person, who must not have an active seat in this subscription."
    )


@strawberry.type(
    description="The payload of replaceSeat. It is read with the rights that the caller had before, also by a manager "
    "who replaced themselves."
)
class ReplaceSeatPayload(Payload):
    seat: Seat | None = strawberry.field(
        default=None, description="The new seat; null where refused, and for a caller who may not see it."
    )
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.input(description="A user to remove; the subscriber number is never valid again.")
class RemoveSeatInput:
    seat_id: strawberry.ID = strawberry.field(description="The id of the active seat to remove.")


@strawberry.type(description="The payload of removeSeat.")
class RemoveSeatPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.input(description="The user who becomes the manager of a subscription.")
class TransferManagementInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    seat_id: strawberry.ID = strawberry.field(description="The id of the user's active seat in this subscription.")


@strawberry.type(
    description="The payload of transferManagement. It is read with the rights that the caller had before, also by the "
    "manager who handed over."
)
class TransferManagementPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.type
class Seats:
    """The mutations of the list of users."""

    @resolved(
        "Add users to the list of a live subscription; each gets a subscriber number and a welcome letter. For the "
        "manager, staff, and API keys with ORGANISATIONS_WRITE."
    )
    async def add_seats(self, info: Info, input: Annotated[AddSeatsInput, FORM]) -> AddSeatsPayload | None:
        context = info.context
        done = await add_seats.add_seats(
            context.runtime, context.actor, form_of(input, add_seats.AddSeatsForm), context.locale
        )
        seats = await asyncio.gather(*(seat_of(context, each) for each in done.seat_ids))
        return AddSeatsPayload(
            seats=[seat for seat in seats if seat.is_listed_for(context.actor)],
            subscription=await subscription_of(context, done.subscription_id),
        )

    @resolved(
        "Replace a user of a live subscription by another person, at once; both are mailed. For the manager, staff, "
        "and API keys with ORGANISATIONS_WRITE."
    )
    async def replace_seat(self, info: Info, input: Annotated[ReplaceSeatInput, FORM]) -> ReplaceSeatPayload | None:
        context = info.context
        done = await replace_seat.replace_seat(
            context.runtime, context.actor, form_of(input, replace_seat.ReplaceSeatForm), context.locale
        )
        seat = await seat_of(context, done.seat_id)
        return ReplaceSeatPayload(
            seat=seat if seat.is_listed_for(context.actor) else None,
            subscription=await subscription_of(context, done.subscription_id),
        )

    @resolved(
        "Remove a user from the list of a live subscription, at once; they are mailed. The manager hands over first. "
        "For the manager, staff, and API keys with ORGANISATIONS_WRITE."
    )
    async def remove_seat(self, info: Info, input: Annotated[RemoveSeatInput, FORM]) -> RemoveSeatPayload | None:
        context = info.context
        done = await remove_seat.remove_seat(context.runtime, context.actor, form_of(input, remove_seat.RemoveSeatForm))
        return RemoveSeatPayload(subscription=await subscription_of(context, done.subscription_id))

    @resolved(
        "Hand the manager's role of a live subscription over to another of its users; both are mailed. Idempotent. For "
        "the manager, staff, and API keys with ORGANISATIONS_WRITE."
    )
    async def transfer_management(
        self, info: Info, input: Annotated[TransferManagementInput, FORM]
    ) -> TransferManagementPayload | None:
        context = info.context
        done = await transfer_management.transfer_management(
            context.runtime, context.actor, form_of(input, transfer_management.TransferManagementForm)
        )
        return TransferManagementPayload(subscription=await subscription_of(context, done.subscription_id))
