"""The list of those who hold a number: users added, replaced and removed, and who manages it."""

import asyncio
from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM, KEY, SUBSCRIPTION_ID, PersonInput
from capcom_gql.graphql.mutations.payload import SUBSCRIPTION_NOW, Payload, seat_of, subscription_of
from capcom_gql.graphql.types.subscription import OrganisationSubscription, Seat
from capcom_gql.services import add_seats, remove_seat, replace_seat, transfer_management


@strawberry.input(description="Users to add to a live subscription: all of them, or none.")
class AddSeatsInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    users: list[PersonInput] = strawberry.field(description="The users to add.")
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The answer of addSeats.")
class AddSeatsPayload(Payload):
    seats: list[Seat] = strawberry.field(
        default_factory=list, description="The seats made, in the order of the form, as far as the caller may see them."
    )
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.input(
    description="A user to replace by another person, who gets a number of their own; the former number is dead for "
    "good. Where it is the manager's seat, the management goes with it."
)
class ReplaceSeatInput:
    seat_id: strawberry.ID = strawberry.field(description="The id of the seat of the user who goes.")
    user: PersonInput = strawberry.field(description="The person who comes; without an active seat here so far.")


@strawberry.type(
    description="The answer of replaceSeat. It is told by the rights with which it was asked, also to a manager who "
    "has just replaced themselves."
)
class ReplaceSeatPayload(Payload):
    seat: Seat | None = strawberry.field(
        default=None, description="The new seat, as far as the caller may see it; null where refused."
    )
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.input(description="A user to remove. The number is dead for good.")
class RemoveSeatInput:
    seat_id: strawberry.ID = strawberry.field(description="The seat's id.")


@strawberry.type(description="The answer of removeSeat.")
class RemoveSeatPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.input(description="A user who manages the list and answers for the renewal from now on.")
class TransferManagementInput:
    subscription_id: strawberry.ID = strawberry.field(description=SUBSCRIPTION_ID)
    seat_id: strawberry.ID = strawberry.field(description="The id of the user's active seat in this subscription.")


@strawberry.type(
    description="The answer of transferManagement. It is told by the rights with which it was asked, also to the "
    "manager who has just handed over."
)
class TransferManagementPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=SUBSCRIPTION_NOW)


@strawberry.type
class Seats:
    """The mutations of a list."""

    @resolved("Add users to the list of a live subscription.")
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

    @resolved("Replace a user of a live subscription by another person, at once.")
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

    @resolved("Remove a user from the list of a live subscription, at once.")
    async def remove_seat(self, info: Info, input: Annotated[RemoveSeatInput, FORM]) -> RemoveSeatPayload | None:
        context = info.context
        done = await remove_seat.remove_seat(context.runtime, context.actor, form_of(input, remove_seat.RemoveSeatForm))
        return RemoveSeatPayload(subscription=await subscription_of(context, done.subscription_id))

    @resolved("Hand the management of a live subscription over to another of its users; both are told.")
    async def transfer_management(
        self, info: Info, input: Annotated[TransferManagementInput, FORM]
    ) -> TransferManagementPayload | None:
        context = info.context
        done = await transfer_management.transfer_management(
            context.runtime, context.actor, form_of(input, transfer_management.TransferManagementForm)
        )
        return TransferManagementPayload(subscription=await subscription_of(context, done.subscription_id))
