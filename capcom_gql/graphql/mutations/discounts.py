"""Discounts at events: their use, and its undoing."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import EventKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM, KEY
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.checks import DiscountCheck
from capcom_gql.graphql.types.redemption import Redemption
from capcom_gql.graphql.user_errors import errors_of
from capcom_gql.services import redeem_discount, release_discount


@strawberry.input(description="A registration, at its full price, by the holder of a number.")
class RedeemDiscountInput:
    subscriber_number: str = strawberry.field(description="The number, with or without CP, spaces, hyphens or dots.")
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str = strawberry.field(description="The event, named alike by every system that redeems.")
    registration_reference: str = strawberry.field(description="The registration, as this system names it.")
    price_minor: int = strawberry.field(description="The full price, in the currency's minor unit (cents for EUR).")
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="When given, it must be the holder's."
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The answer of redeemDiscount.")
class RedeemDiscountPayload(Payload):
    redemption: Redemption | None = strawberry.field(default=None, description="The redemption; null where refused.")
    check: DiscountCheck | None = strawberry.field(
        default=None, description="The check that decided; also where the number is not entitled."
    )


@strawberry.input(description="A redemption to give back.")
class ReleaseDiscountInput:
    redemption_id: strawberry.ID = strawberry.field(description="The redemption's id.")


@strawberry.type(description="The answer of releaseDiscount.")
class ReleaseDiscountPayload(Payload):
    redemption: Redemption | None = strawberry.field(default=None, description="The redemption; null where refused.")


@strawberry.type
class Discounts:
    """The mutations of discounts."""

    @resolved("Record the use of a discount at a registration: once per person and event.")
    async def redeem_discount(
        self, info: Info, input: Annotated[RedeemDiscountInput, FORM]
    ) -> RedeemDiscountPayload | None:
        context = info.context
        done = await redeem_discount.redeem_discount(
            context.runtime, context.actor, form_of(input, redeem_discount.RedeemDiscountForm)
        )
        return RedeemDiscountPayload(
            redemption=None if done.redemption_id is None else await _redemption(context, done.redemption_id),
            check=DiscountCheck.of(done.check, context.locale, context.runtime.currency),
            errors=await errors_of(done.faults, context.locale),
        )

    @resolved("Give a redemption back, for a registration that was cancelled: the discount may be used anew.")
    async def release_discount(
        self, info: Info, input: Annotated[ReleaseDiscountInput, FORM]
    ) -> ReleaseDiscountPayload | None:
        context = info.context
        done = await release_discount.release_discount(
            context.runtime, context.actor, form_of(input, release_discount.ReleaseDiscountForm)
        )
        return ReleaseDiscountPayload(redemption=await _redemption(context, done.redemption_id))


async def _redemption(context: Context, redemption_id: str) -> Redemption:
    row = await context.loaders.redemption.load(redemption_id)
    assert row is not None, "a redemption is never deleted"
    return Redemption.of(row, context.runtime.currency)
