"""The mutations that redeem and release discounts (R22)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import EventKind
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, KEY, Payload
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.checks import DiscountCheck
from capcom_gql.graphql.types.redemption import Redemption
from capcom_gql.graphql.user_errors import errors_of
from capcom_gql.services import redeem_discount, release_discount


@strawberry.input(description="A registration for which the holder of a subscriber number uses a discount.")
class RedeemDiscountInput:
    subscriber_number: str = strawberry.field(
        description="The subscriber number, with or without CP, spaces, hyphens or dots."
    )
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str = strawberry.field(
        description="The event, by a reference that all systems that redeem discounts share."
    )
    registration_reference: str = strawberry.field(description="The registration, as the calling system names it.")
    price_minor: int = strawberry.field(description="The full price in the currency's minor unit (cents for EUR).")
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="An address that must be the holder's; left out, it is not compared."
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The payload of redeemDiscount.")
class RedeemDiscountPayload(Payload):
    redemption: Redemption | None = strawberry.field(default=None, description="The redemption; null where refused.")
    check: DiscountCheck | None = strawberry.field(
        default=None,
        description="The check that was made, with the reason of DISCOUNT_REFUSED; null where the form was refused.",
    )


@strawberry.input(description="A redemption to release.")
class ReleaseDiscountInput:
    redemption_id: strawberry.ID = strawberry.field(description="The id of the redemption.")


@strawberry.type(description="The payload of releaseDiscount.")
class ReleaseDiscountPayload(Payload):
    redemption: Redemption | None = strawberry.field(
        default=None, description="The released redemption; null where refused."
    )


@strawberry.type
class Discounts:
    """The mutations of discounts."""

    @resolved(
        "Record that a discount is used for a registration: once for each person and event, across all systems. For "
        "staff and API keys with DISCOUNTS_REDEEM."
    )
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

    @resolved(
        "Release a redemption, as for a cancelled registration: the person has the discount for the event again. For "
        "staff and the API key that redeemed."
    )
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
