"""What can be done: each field is one deed. What refuses it becomes its payload's errors (see `guard`)."""

import asyncio
from typing import Annotated

import strawberry

from capcom_gql.domain.rights import Right, may
from capcom_gql.graphql import inputs, payloads
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.echo import echo_of
from capcom_gql.graphql.errors import errors_of
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.graphql.types.checks import DiscountCheck
from capcom_gql.graphql.types.redemption import Redemption
from capcom_gql.graphql.types.subscription import OrganisationSubscription, Seat
from capcom_gql.graphql.types.term import Term
from capcom_gql.graphql.types.viewer import Viewer
from capcom_gql.services.add_seats import add_seats
from capcom_gql.services.authenticate import actor_of
from capcom_gql.services.choose_password import choose_password
from capcom_gql.services.create_api_key import create_api_key
from capcom_gql.services.record_payment_proof import record_payment_proof
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.release_discount import release_discount
from capcom_gql.services.remove_seat import remove_seat
from capcom_gql.services.request_password import request_password
from capcom_gql.services.revoke_api_key import revoke_api_key
from capcom_gql.services.sessions import SignedIn
from capcom_gql.services.sign_in import sign_in
from capcom_gql.services.sign_out import sign_out
from capcom_gql.services.subscribe import subscribe

_form = strawberry.argument(description="The form.")


@strawberry.type(description="What can be done. Every refusal is an error in the payload, never a failed request.")
class Mutation:
    @resolved("Open the subscription of an organisation, or reopen one that is over: its users get their numbers.")
    async def subscribe(
        self, info: Info, input: Annotated[inputs.SubscribeInput, _form]
    ) -> payloads.SubscribePayload | None:
        context = info.context
        done = await subscribe(context.setup, context.actor, input.form(), context.locale)
        if context.actor.person_id is not None:
            # whoever signed up may have become a member or a manager by it
            context.actor = await actor_of(context.actor.person_id, is_staff=context.actor.is_staff)
        situation = await context.loaders.situation.load(done.subscription_id)
        if situation is not None and may(Right.CARD, context.actor, situation.organisation_id):
            return payloads.SubscribePayload(subscription=OrganisationSubscription.of(situation))
        return payloads.SubscribePayload(subscription=await echo_of(context, input, done))

    @resolved("Add users to the list of a live subscription.")
    async def add_seats(
        self, info: Info, input: Annotated[inputs.AddSeatsInput, _form]
    ) -> payloads.AddSeatsPayload | None:
        context = info.context
        done = await add_seats(context.setup, context.actor, input.form(), context.locale)
        seats = await asyncio.gather(*(_seat(context, each) for each in done.seat_ids))
        return payloads.AddSeatsPayload(
            seats=[seat for seat in seats if seat.is_listed_for(context.actor)],
            subscription=await _subscription(context, done.subscription_id),
        )

    @resolved("Remove a user from the list of a live subscription, at once.")
    async def remove_seat(
        self, info: Info, input: Annotated[inputs.RemoveSeatInput, _form]
    ) -> payloads.RemoveSeatPayload | None:
        context = info.context
        done = await remove_seat(context.setup, context.actor, input.form())
        return payloads.RemoveSeatPayload(subscription=await _subscription(context, done.subscription_id))

    @resolved("Record the payment proof of a term, which confirms it.")
    async def record_payment_proof(
        self, info: Info, input: Annotated[inputs.RecordPaymentProofInput, _form]
    ) -> payloads.RecordPaymentProofPayload | None:
        context = info.context
        done = await record_payment_proof(context.setup, context.actor, input.form())
        subscription = await _subscription(context, done.subscription_id)
        term = Term.of(subscription.situation, done.term_id, context.setup.currency, subscription.ties)
        return payloads.RecordPaymentProofPayload(subscription=subscription, term=term)

    @resolved("Record the use of a discount at a registration: once per person and event.")
    async def redeem_discount(
        self, info: Info, input: Annotated[inputs.RedeemDiscountInput, _form]
    ) -> payloads.RedeemDiscountPayload | None:
        context = info.context
        done = await redeem_discount(context.setup, context.actor, input.form())
        return payloads.RedeemDiscountPayload(
            redemption=None if done.redemption_id is None else await _redemption(context, done.redemption_id),
            check=DiscountCheck.of(done.check, context.locale, context.setup.currency),
            errors=await errors_of(done.faults, context.locale),
        )

    @resolved("Give a redemption back, for a registration that was cancelled: the discount may be used anew.")
    async def release_discount(
        self, info: Info, input: Annotated[inputs.ReleaseDiscountInput, _form]
    ) -> payloads.ReleaseDiscountPayload | None:
        context = info.context
        done = await release_discount(context.setup, context.actor, input.form())
        return payloads.ReleaseDiscountPayload(redemption=await _redemption(context, done.redemption_id))

    @resolved("Open a session with address and password.")
    async def sign_in(self, info: Info, input: Annotated[inputs.SignInInput, _form]) -> payloads.SignInPayload | None:
        context = info.context
        done = await sign_in(context.actor, input.form(), context.attempts, context.source)
        return payloads.SignInPayload(
            access_token=done.access_token, expires_at=done.expires_at, viewer=await _signed_in(context, done)
        )

    @resolved("End the session whose token is sent, at once and everywhere.")
    async def sign_out(self, info: Info) -> payloads.SignOutPayload | None:
        context = info.context
        return payloads.SignOutPayload(signed_out=await sign_out(context.actor, context.access_token or ""))

    @resolved("Have a link mailed to choose a password with. The answer never tells whether the address is known.")
    async def request_password(
        self, info: Info, input: Annotated[inputs.RequestPasswordInput, _form]
    ) -> payloads.RequestPasswordPayload | None:
        context = info.context
        accepted = await request_password(context.setup, context.actor, input.form(), context.attempts)
        return payloads.RequestPasswordPayload(accepted=accepted)

    @resolved("Choose a password by a one-time link; every other session of the person ends, and a new one opens.")
    async def choose_password(
        self, info: Info, input: Annotated[inputs.ChoosePasswordInput, _form]
    ) -> payloads.ChoosePasswordPayload | None:
        done = await choose_password(info.context.actor, input.form())
        return payloads.ChoosePasswordPayload(
            access_token=done.access_token, expires_at=done.expires_at, viewer=await _signed_in(info.context, done)
        )

    @resolved("Make a key for a machine.")
    async def create_api_key(
        self, info: Info, input: Annotated[inputs.CreateApiKeyInput, _form]
    ) -> payloads.CreateApiKeyPayload | None:
        context = info.context
        done = await create_api_key(context.setup, context.actor, input.form())
        return payloads.CreateApiKeyPayload(api_key=await _api_key(context, done.api_key_id), secret=done.secret)

    @resolved("Revoke a key, at once and everywhere.")
    async def revoke_api_key(
        self, info: Info, input: Annotated[inputs.RevokeApiKeyInput, _form]
    ) -> payloads.RevokeApiKeyPayload | None:
        context = info.context
        done = await revoke_api_key(context.setup, context.actor, input.form())
        return payloads.RevokeApiKeyPayload(api_key=await _api_key(context, done.api_key_id))


async def _subscription(context: Context, subscription_id: str) -> OrganisationSubscription:
    situation = await context.loaders.situation.load(subscription_id)
    assert situation is not None, "a deed was just done on it"
    return OrganisationSubscription.of(situation)


async def _seat(context: Context, seat_id: str) -> Seat:
    row = await context.loaders.seat.load(seat_id)
    assert row is not None, "a seat is never deleted"
    return Seat.of(row, (await _subscription(context, row.subscription_id)).situation)


async def _redemption(context: Context, redemption_id: str) -> Redemption:
    row = await context.loaders.redemption.load(redemption_id)
    assert row is not None, "a redemption is never deleted"
    return Redemption.of(row, context.setup.currency)


async def _api_key(context: Context, api_key_id: str) -> ApiKey:
    row = await context.loaders.api_key.load(api_key_id)
    assert row is not None, "a key is never deleted"
    return ApiKey.of(row)


async def _signed_in(context: Context, done: SignedIn) -> Viewer | None:
    """The person who has just signed in: what follows in this mutation's answer is theirs to read."""
    person = await context.loaders.person.load(done.person_id)
    assert person is not None, "a person is never deleted"
    context.actor = await actor_of(person.id, is_staff=person.is_staff)
    return Viewer.of(context.actor)
