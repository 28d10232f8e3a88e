"""The mutations of sessions and passwords (R5)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry

from capcom_gql.access.authenticate import actor_of
from capcom_gql.access.sessions import SignedIn
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.viewer import Viewer
from capcom_gql.services import choose_password, request_password, sign_in, sign_out

_TOKEN = "The token of the new session, for `Authorization: Bearer`; shown only now. Null where refused."
_EXPIRES = (
    "From when on the token no longer works, by the real clock: after 24 hours, or before, once it is not used for "
    "two hours. Null where refused."
)
_VIEWER = "The person who is signed in now; null where refused."


@strawberry.input(description="The credentials of a person.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="The e-mail address of the account.")
    password: str = strawberry.field(description="The password.")


@strawberry.type(description="The payload of signIn.")
class SignInPayload(Payload):
    access_token: str | None = strawberry.field(default=None, description=_TOKEN)
    expires_at: datetime | None = strawberry.field(default=None, description=_EXPIRES)
    viewer: Viewer | None = strawberry.field(default=None, description=_VIEWER)


@strawberry.type(description="The payload of signOut.")
class SignOutPayload(Payload):
    signed_out: bool = strawberry.field(default=False, description="Whether the session has ended.")


@strawberry.input(description="A request for a link to choose a password.")
class RequestPasswordInput:
    email: EmailAddress = strawberry.field(description="The e-mail address of the account.")


@strawberry.type(description="The payload of requestPassword.")
class RequestPasswordPayload(Payload):
    accepted: bool = strawberry.field(
        default=False, description="Whether the request is accepted; true for known and unknown addresses alike."
    )


@strawberry.input(description="A new password, with the token of a link to choose it.")
class ChoosePasswordInput:
    token: str = strawberry.field(description="The `token` parameter of the link in the letter.")
    password: str = strawberry.field(
        description="The password: 15 to 1,000 characters, not a common one; a sentence does very well."
    )


@strawberry.type(description="The payload of choosePassword.")
class ChoosePasswordPayload(Payload):
    access_token: str | None = strawberry.field(default=None, description=_TOKEN)
    expires_at: datetime | None = strawberry.field(default=None, description=_EXPIRES)
    viewer: Viewer | None = strawberry.field(default=None, description=_VIEWER)


@strawberry.type
class Accounts:
    """The mutations of sessions and passwords."""

    @resolved(
        "Open a session of 24 hours at most with e-mail address and password. For everybody but API keys; attempts are "
        "limited (status 429)."
    )
    async def sign_in(self, info: Info, input: Annotated[SignInInput, FORM]) -> SignInPayload | None:
        context = info.context
        done = await sign_in.sign_in(context.actor, form_of(input, sign_in.SignInForm), context.source)
        return SignInPayload(
            access_token=done.access_token, expires_at=done.expires_at, viewer=await _signed_in(context, done)
        )

    @resolved("End the session whose token the request carries, at once.")
    async def sign_out(self, info: Info) -> SignOutPayload | None:
        context = info.context
        return SignOutPayload(signed_out=await sign_out.sign_out(context.actor, context.access_token or ""))

    @resolved(
        "Request a link to choose a password; it is mailed, works once, and for one hour. At most five a day are "
        "mailed to an address. The answer does not reveal whether the address is known. For everybody but API keys."
    )
    async def request_password(
        self, info: Info, input: Annotated[RequestPasswordInput, FORM]
    ) -> RequestPasswordPayload | None:
        context = info.context
        accepted = await request_password.request_password(
            context.runtime, context.actor, form_of(input, request_password.RequestPasswordForm), context.source
        )
        return RequestPasswordPayload(accepted=accepted)

    @resolved(
        "Choose a password with a link that works once. It ends every other session and unused link of the person, and "
        "opens a session; a letter says that the password has changed. For everybody but API keys."
    )
    async def choose_password(
        self, info: Info, input: Annotated[ChoosePasswordInput, FORM]
    ) -> ChoosePasswordPayload | None:
        context = info.context
        done = await choose_password.choose_password(
            context.runtime, context.actor, form_of(input, choose_password.ChoosePasswordForm), context.source
        )
        return ChoosePasswordPayload(
            access_token=done.access_token, expires_at=done.expires_at, viewer=await _signed_in(context, done)
        )


async def _signed_in(context: Context, done: SignedIn) -> Viewer | None:
    """The viewer of a person who has just signed in; the rest of the mutation's answer is read with their rights."""
    person = await context.loaders.person.load(done.person_id)
    assert person is not None, "a person is never deleted"
    actor = await actor_of(person.id, is_staff=person.is_staff)
    context.actor = replace(actor, session_id=done.session_id)
    return Viewer.of(context.actor)
