"""Sessions and passwords."""

from datetime import datetime
from typing import Annotated

import strawberry

from capcom_gql.access.authenticate import actor_of
from capcom_gql.access.sessions import SignedIn
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.viewer import Viewer
from capcom_gql.services import choose_password, request_password, sign_in, sign_out

_TOKEN = "The token of the session: send it as `Authorization: Bearer`. Told once."
_EXPIRES = "From when on the token no longer works."
_VIEWER = "The person, as signed in."


@strawberry.input(description="A person who signs in.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="Their address.")
    password: str = strawberry.field(description="Their password.")


@strawberry.type(description="The answer of signIn.")
class SignInPayload(Payload):
    access_token: str | None = strawberry.field(default=None, description=_TOKEN)
    expires_at: datetime | None = strawberry.field(default=None, description=_EXPIRES)
    viewer: Viewer | None = strawberry.field(default=None, description=_VIEWER)


@strawberry.type(description="The answer of signOut.")
class SignOutPayload(Payload):
    signed_out: bool = strawberry.field(default=False, description="Whether the session has ended.")


@strawberry.input(description="Who wants a link to choose a password.")
class RequestPasswordInput:
    email: EmailAddress = strawberry.field(description="Their address.")


@strawberry.type(description="The answer of requestPassword.")
class RequestPasswordPayload(Payload):
    accepted: bool = strawberry.field(
        default=False, description="The request is taken; the same whether or not the address is known."
    )


@strawberry.input(description="A password, chosen by a one-time link.")
class ChoosePasswordInput:
    token: str = strawberry.field(description="The token in the link.")
    password: str = strawberry.field(description="The password: 15 characters or more, a sentence does very well.")


@strawberry.type(description="The answer of choosePassword.")
class ChoosePasswordPayload(Payload):
    access_token: str | None = strawberry.field(default=None, description=_TOKEN)
    expires_at: datetime | None = strawberry.field(default=None, description=_EXPIRES)
    viewer: Viewer | None = strawberry.field(default=None, description=_VIEWER)


@strawberry.type
class Accounts:
    """The mutations of sessions and passwords."""

    @resolved("Open a session with address and password.")
    async def sign_in(self, info: Info, input: Annotated[SignInInput, FORM]) -> SignInPayload | None:
        context = info.context
        done = await sign_in.sign_in(
            context.actor, form_of(input, sign_in.SignInForm), context.rate_limits, context.source
        )
        return SignInPayload(
            access_token=done.access_token, expires_at=done.expires_at, viewer=await _signed_in(context, done)
        )

    @resolved("End the session whose token is sent, at once and everywhere.")
    async def sign_out(self, info: Info) -> SignOutPayload | None:
        context = info.context
        return SignOutPayload(signed_out=await sign_out.sign_out(context.actor, context.access_token or ""))

    @resolved("Have a link mailed to choose a password with. The answer never tells whether the address is known.")
    async def request_password(
        self, info: Info, input: Annotated[RequestPasswordInput, FORM]
    ) -> RequestPasswordPayload | None:
        context = info.context
        accepted = await request_password.request_password(
            context.runtime, context.actor, form_of(input, request_password.RequestPasswordForm), context.rate_limits
        )
        return RequestPasswordPayload(accepted=accepted)

    @resolved("Choose a password by a one-time link; every other session of the person ends, and a new one opens.")
    async def choose_password(
        self, info: Info, input: Annotated[ChoosePasswordInput, FORM]
    ) -> ChoosePasswordPayload | None:
        done = await choose_password.choose_password(
            info.context.actor, form_of(input, choose_password.ChoosePasswordForm)
        )
        return ChoosePasswordPayload(
            access_token=done.access_token, expires_at=done.expires_at, viewer=await _signed_in(info.context, done)
        )


async def _signed_in(context: Context, done: SignedIn) -> Viewer | None:
    """The person who has just signed in: what follows in this mutation's answer is theirs to read."""
    person = await context.loaders.person.load(done.person_id)
    assert person is not None, "a person is never deleted"
    context.actor = await actor_of(person.id, is_staff=person.is_staff)
    return Viewer.of(context.actor)
