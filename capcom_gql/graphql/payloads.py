"""What mutations answer: their results, null where refused, and the errors."""

from datetime import datetime

import strawberry

from capcom_gql.graphql.errors import UserError
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.graphql.types.checks import DiscountCheck
from capcom_gql.graphql.types.redemption import Redemption
from capcom_gql.graphql.types.subscription import OrganisationSubscription, Seat
from capcom_gql.graphql.types.term import Term
from capcom_gql.graphql.types.viewer import Viewer

_SUBSCRIPTION = "The subscription as it stands now; null where refused."
_TOKEN = "The token of the session: send it as `Authorization: Bearer`. Told once."
_EXPIRES = "From when on the token no longer works."
_VIEWER = "The person, as signed in."


@strawberry.type(description="What every mutation answers.")
class Payload:
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused, every fault of the form at once; empty where done."
    )


@strawberry.type(description="The answer of subscribe.")
class SubscribePayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(
        default=None,
        description="The subscription; to a caller without a right over it, what the form said is read back, and null "
        "for the rest.",
    )


@strawberry.type(description="The answer of addSeats.")
class AddSeatsPayload(Payload):
    seats: list[Seat] = strawberry.field(
        default_factory=list, description="The seats made, in the order of the form, as far as the caller may see them."
    )
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=_SUBSCRIPTION)


@strawberry.type(description="The answer of removeSeat.")
class RemoveSeatPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=_SUBSCRIPTION)


@strawberry.type(description="The answer of recordPaymentProof.")
class RecordPaymentProofPayload(Payload):
    subscription: OrganisationSubscription | None = strawberry.field(default=None, description=_SUBSCRIPTION)
    term: Term | None = strawberry.field(default=None, description="The term that is confirmed; null where refused.")


@strawberry.type(description="The answer of redeemDiscount.")
class RedeemDiscountPayload(Payload):
    redemption: Redemption | None = strawberry.field(default=None, description="The redemption; null where refused.")
    check: DiscountCheck | None = strawberry.field(
        default=None, description="The check that decided; also where the number is not entitled."
    )


@strawberry.type(description="The answer of releaseDiscount.")
class ReleaseDiscountPayload(Payload):
    redemption: Redemption | None = strawberry.field(default=None, description="The redemption; null where refused.")


@strawberry.type(description="The answer of signIn.")
class SignInPayload(Payload):
    access_token: str | None = strawberry.field(default=None, description=_TOKEN)
    expires_at: datetime | None = strawberry.field(default=None, description=_EXPIRES)
    viewer: Viewer | None = strawberry.field(default=None, description=_VIEWER)


@strawberry.type(description="The answer of signOut.")
class SignOutPayload(Payload):
    signed_out: bool = strawberry.field(default=False, description="Whether the session has ended.")


@strawberry.type(description="The answer of requestPassword.")
class RequestPasswordPayload(Payload):
    accepted: bool = strawberry.field(
        default=False, description="The request is taken; the same whether or not the address is known."
    )


@strawberry.type(description="The answer of choosePassword.")
class ChoosePasswordPayload(Payload):
    access_token: str | None = strawberry.field(default=None, description=_TOKEN)
    expires_at: datetime | None = strawberry.field(default=None, description=_EXPIRES)
    viewer: Viewer | None = strawberry.field(default=None, description=_VIEWER)


@strawberry.type(description="The answer of createApiKey.")
class CreateApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(default=None, description="The key; null where refused.")
    secret: str | None = strawberry.field(
        default=None, description="The key's secret: send it as `Authorization: Bearer`. Told once, never again."
    )


@strawberry.type(description="The answer of revokeApiKey.")
class RevokeApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(default=None, description="The key; null where refused.")
